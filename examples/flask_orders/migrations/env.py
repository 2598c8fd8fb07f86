"""The environment of the service's own Alembic; one line keeps fourtop's tables out of it."""

from __future__ import annotations

from alembic import context
from models import Base
from sqlalchemy import create_engine

from fourtop import exclude_fourtop

engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=exclude_fourtop(connection),
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
