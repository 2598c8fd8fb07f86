"""The checks of admission, one module a topic. ``engine/admission.py`` puts them into its lists."""
