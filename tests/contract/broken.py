"""Stores that each break one promise, a line away from the good one; the contract finds all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fourtop import (
    House,
    MemoryStore,
)
from fourtop.storage.memory.state import RestaurantState
from fourtop.testing import MakeStore
from fourtop.timeline import Occupancy
from tests.contract import broken_judge as judge
from tests.contract import broken_lists as lists
from tests.contract import broken_occupancy as occupancy
from tests.contract import broken_plans as plans
from tests.contract import broken_seated as seated
from tests.contract import broken_state as state
from tests.contract import broken_store as store
from tests.contract import broken_unallocated as unallocated
from tests.contract import broken_waitlisted as waitlisted

Kind = type[MemoryStore] | type[RestaurantState] | type[Occupancy]


def maker(kind: Kind) -> MakeStore:
    """Return the maker of a memory store of that kind, or with such states or occupancies."""
    if issubclass(kind, MemoryStore):
        return kind

    class OtherState(RestaurantState):
        def __init__(self, house: House) -> None:
            super().__init__(house)
            if issubclass(kind, Occupancy):
                self.occupancy = kind([table.id for table in house.floor.tables])

    class Store(MemoryStore):
        def _new_state(self, house: House) -> RestaurantState:
            return kind(house) if issubclass(kind, RestaurantState) else OtherState(house)

    return Store


# What each has to be caught by. Together they show that no promise is idle.
BROKEN: Final[Mapping[Kind, tuple[str, ...]]] = {
    seated.ForgetsTheSeated: (
        "test_a_seated_party_keeps_its_table_beyond_its_row",
        "test_seated_parties_come_by_start_and_id",
    ),
    seated.ShowsEveryBookingAsSeated: ("test_only_a_seated_party_keeps_a_table",),
    seated.ForgetsThatAPartyLeft: ("test_only_a_seated_party_keeps_a_table",),
    seated.ListsTheSeatedAsTheyCame: ("test_seated_parties_come_by_start_and_id",),
    seated.LoadsTheSeatedWithoutTheirRows: ("test_a_seated_party_keeps_its_table_beyond_its_row",),
    seated.SeesTheSeatedOfEveryRestaurant: (
        "test_seated_parties_of_another_restaurant_are_not_seen",
    ),
    seated.ShowsTheSeatedToEveryView: ("test_a_far_view_does_not_see_the_seated_parties",),
    seated.TrustsTheEndOfARow: (
        "test_a_seated_party_keeps_its_table_beyond_its_row",
        "test_the_occupancy_of_a_seated_party_follows_the_clock",
    ),
    seated.LengthensEveryRow: ("test_a_row_that_has_not_ended_is_as_long_as_it_is",),
    seated.CountsFromNoon: ("test_the_occupancy_of_a_seated_party_follows_the_clock",),
    seated.KeepsEveryTableOfAParty: ("test_a_party_keeps_the_tables_where_it_sits_now",),
    seated.PutsAPartyInItsOwnWay: ("test_a_seated_party_is_not_in_its_own_way",),
    seated.ShowsTheNextBookingFirst: ("test_the_next_booking_keeps_its_row",),
    seated.ShowsTheStoredRowBesideTheLongerOne: (
        "test_the_longer_row_of_a_seated_party_stands_for_the_stored_one",
    ),
    seated.SeesRowsBesideAWindowOnly: ("test_a_seated_party_is_beside_a_window_until_it_leaves",),
    seated.LooksForTheLastRowOnly: (
        "test_the_last_allocation_of_a_table_is_that_of_the_party_that_sits_there",
    ),
    lists.BeginsEveryPageAtItsStart: ("test_a_listing_is_by_start_then_id_from_its_place_on",),
    lists.KeepsEveryReference: ("test_a_listing_has_the_bookings_of_its_conditions",),
    lists.KeepsEveryStatus: ("test_a_listing_has_the_bookings_of_its_conditions",),
    lists.ListsOneStatusAfterAnother: ("test_a_listing_of_several_statuses_is_one_list",),
    lists.ListsEveryRestaurant: ("test_a_listing_is_of_one_restaurant",),
    lists.ListsSlotsAsTheyWereOpened: ("test_slots_come_by_start_then_id",),
    lists.ListsTheSlotsAtTheEnd: ("test_slots_come_by_start_then_id",),
    lists.SearchesTheSlotsOfOneWindow: ("test_slots_of_several_windows_are_found",),
    lists.ListsSlotsWhereTheyWere: ("test_slots_are_those_of_now",),
    lists.ListsEveryRestaurantsSlots: ("test_slots_are_of_one_restaurant",),
    lists.ForgetsWhoCameEarly: ("test_a_window_shows_the_owners_of_its_allocations",),
    lists.ShowsSittingsOnly: ("test_a_window_shows_the_bookings_that_start_inside_it",),
    unallocated.ForgetsThePromised: (
        "test_a_promised_party_is_seen_in_the_windows_that_it_overlaps",
        "test_promised_parties_come_in_the_order_of_their_promises",
    ),
    unallocated.ShowsEveryBookingAsPromised: (
        "test_only_a_party_that_waits_for_tables_is_promised_some",
    ),
    unallocated.ForgetsThatTablesWereGiven: (
        "test_only_a_party_that_waits_for_tables_is_promised_some",
    ),
    unallocated.SeesThePromisedOfEveryRestaurant: (
        "test_promised_parties_of_another_restaurant_are_not_seen",
    ),
    unallocated.LoadsThePromisedByTheirStart: (
        "test_a_promised_party_is_seen_in_the_windows_that_it_overlaps",
    ),
    unallocated.ListsThePromisedByTheirStart: (
        "test_promised_parties_come_in_the_order_of_their_promises",
    ),
    unallocated.IgnoresHoldsForThePromised: ("test_a_party_with_a_live_hold_has_its_tables",),
    unallocated.CountsHoldsBesideTheWindow: (
        "test_a_hold_beside_the_window_keeps_no_tables_in_it",
    ),
    unallocated.ShowsThePromisedOutsideTheScope: (
        "test_promised_parties_are_asked_for_inside_the_scope",
    ),
    waitlisted.ForgetsTheWaiting: (
        "test_a_waiting_party_is_seen_in_the_windows_that_it_overlaps",
        "test_waiting_parties_come_in_the_order_of_joining",
    ),
    waitlisted.ShowsTheWaitingByTheirOwnStart: (
        "test_a_waiting_party_is_seen_at_each_start_that_it_takes",
    ),
    waitlisted.ShowsTheWaitingHoweverFar: ("test_a_start_far_from_a_window_is_not_seen",),
    waitlisted.ShowsOneStatusOfThose: ("test_only_a_party_without_a_promise_waits",),
    waitlisted.ShowsThoseWithTables: ("test_a_party_with_tables_does_not_wait",),
    waitlisted.ListsTheWaitingByTheirStart: ("test_waiting_parties_come_in_the_order_of_joining",),
    waitlisted.SeesTheWaitingOfEveryRestaurant: (
        "test_waiting_parties_of_another_restaurant_are_not_seen",
    ),
    waitlisted.CountsExpiredHoldsOfTheWaiting: (
        "test_a_live_hold_keeps_tables_for_a_waiting_party",
    ),
    waitlisted.ShowsTheWaitingOutsideTheScope: (
        "test_waiting_parties_are_asked_for_inside_the_scope",
    ),
    judge.TrustsTenants: ("test_a_foreign_row_hides_behind_no_other",),
    judge.ChecksTheFirstTenantOnly: ("test_a_foreign_row_hides_behind_no_other",),
    judge.TrustsHouseVersions: ("test_a_change_of_the_house_names_the_stored_version",),
    judge.TrustsBookingVersions: ("test_a_change_of_a_booking_names_the_next_version",),
    judge.TakesAnyNewerBooking: (
        "test_a_change_of_a_booking_names_the_next_version",
        "test_an_id_or_key_comes_once_in_a_set_of_changes",
    ),
    judge.IgnoresAbsentRemovals: ("test_a_row_that_goes_is_the_stored_one",),
    judge.TrustsNewIds: ("test_a_hold_is_confirmed_once",),
    judge.TakesAKeyTwice: ("test_a_key_belongs_to_its_command",),
    judge.TakesAKeyOfOneCommandOnly: ("test_a_key_belongs_to_its_command",),
    judge.TakesAnEventTwice: ("test_an_id_or_key_that_is_there_is_refused",),
    judge.ConfirmsTwice: ("test_a_hold_is_confirmed_once",),
    judge.TakesAKeyForAHold: ("test_a_key_confirms_a_booking_once",),
    judge.TrustsOwners: ("test_an_owner_exists",),
    judge.TrustsTables: ("test_a_table_exists",),
    judge.LeavesRowsBehind: ("test_a_block_leaves_no_rows_behind",),
    judge.LeavesRowsOfBookingsBehind: ("test_a_booking_leaves_no_rows_behind",),
    plans.SeatsTheNewcomerOnly: ("test_a_newcomer_comes_with_the_moves_that_make_room",),
    plans.MovesBeforeItSeats: (
        "test_a_newcomer_who_finds_no_room_moves_no_one",
        "test_a_day_plan_with_one_taken_table_moves_no_one",
    ),
    plans.ChecksTheFirstBookingOnly: (
        "test_moves_of_a_changed_booking_seat_no_newcomer",
        "test_a_day_plan_with_one_changed_booking_moves_no_one",
    ),
    plans.WritesTenBookings: ("test_a_day_plan_moves_and_seats_all_its_parties",),
    occupancy.LosesTheLastMicrosecond: (
        "test_overlap_is_exact_to_the_microsecond",
        "test_a_replaced_row_may_not_move_onto_another",
    ),
    occupancy.TakesTouchingForOverlap: (
        "test_rows_are_listed_by_start_type_resource_and_id",
        "test_rows_of_owners_may_be_left_out",
    ),
    occupancy.CountsShadows: ("test_rows_are_listed_by_start_type_resource_and_id",),
    occupancy.ForgetsLongRows: ("test_a_month_long_row_is_seen_from_every_day_of_it",),
    occupancy.GuardsTablesOnly: ("test_a_merge_group_overlaps_as_a_table_does",),
    occupancy.LooksBeyondTheTimeAround: (
        "test_the_stays_beside_a_window_are_the_nearest_on_each_table",
    ),
    occupancy.RoundsQuestionsToMinutes: ("test_windows_are_half_open_to_the_microsecond",),
    occupancy.CountsBitsFromTheEnd: ("test_bits_of_a_mask_are_in_table_order",),
    occupancy.InventsAnExtent: (
        "test_nothing_is_taken_in_a_new_restaurant",
        "test_the_extent_is_of_all_rows",
    ),
    occupancy.NamesNobody: (
        "test_a_row_over_a_live_row_is_refused",
        "test_a_month_long_row_is_in_the_way_on_its_last_day",
    ),
    store.SweepsOnItsOwn: ("test_rows_of_a_dead_hold_are_in_the_way_until_they_are_swept",),
    judge.KeepsWhatItPlaced: ("test_two_rows_of_one_set_of_changes_may_not_overlap",),
    judge.WritesRecordsBeforeItJudgesRows: ("test_a_refused_row_takes_all_others_with_it",),
    judge.TellsOfWhatItRefused: ("test_a_row_of_another_restaurant_is_refused",),
    judge.RemembersRefusedKeys: ("test_a_row_of_another_restaurant_is_refused",),
    judge.JudgesEachMoveAlone: (
        "test_two_rows_swap_in_one_set_of_changes",
        "test_a_chain_of_three_moves_on",
    ),
    judge.AddsBeforeItRemoves: ("test_removals_come_before_additions",),
    judge.AddsBeforeItReplaces: (
        "test_replacements_come_before_additions",
        "test_a_chain_that_still_overlaps_changes_nothing",
    ),
    judge.RemovesNoBlockThatHadRows: ("test_a_block_goes_with_its_rows",),
    judge.CountsTheRefused: ("test_what_changes_exists",),
    state.ForgetsToRearrange: (
        "test_rows_of_a_table_that_left_the_floor_stay_on_record",
        "test_a_floor_change_rearranges_the_masks",
    ),
    state.KeepsTheOldExpiry: (
        "test_a_transaction_waits_for_the_one_before_it",
        "test_records_change",
        "test_an_extended_hold_lives_longer",
    ),
    state.ShowsTheNewestFirst: (
        "test_evidence_of_a_hold_is_listed_oldest_first",
        "test_rows_of_every_kind_come_back_as_they_were_written",
    ),
    state.ListsHoldsByWhenTheyWereWritten: ("test_holds_of_a_booking_are_listed_oldest_first",),
    state.ListsLiveHoldsAsTheyCame: ("test_claims_are_listed_by_when_they_sit_down",),
    state.CountsWhoeverIsWrittenDown: ("test_heads_of_each_status_count_or_not",),
    state.CountsHeadsForGood: ("test_heads_are_counted_by_when_they_sit_down",),
    state.KeepsRemovedBookings: ("test_a_booking_goes_with_its_rows",),
    state.CountsRemovedBookings: ("test_a_booking_goes_with_its_rows",),
    state.TakesNobodyForABooking: ("test_a_claim_knows_when_its_booking_is_counted",),
    state.TellsPartiesWithoutHolds: ("test_each_counted_party_is_told_by_itself",),
    state.TellsPartiesWithoutTables: ("test_each_counted_party_is_told_by_itself",),
    state.TellsPartiesWithoutChannels: ("test_each_counted_party_is_told_by_itself",),
    state.TellsTheOccupiedEnd: ("test_each_counted_party_is_told_by_itself",),
    store.TellsPartiesForEachWindow: ("test_a_counted_party_is_told_once",),
    store.CountsHeadsForEachWindow: (
        "test_heads_are_counted_once_however_often_they_are_asked_for",
    ),
    state.ForgetsWhomClaimsAreFor: ("test_a_claim_knows_when_its_booking_is_counted",),
    state.ShowsOneDeadHold: ("test_dead_holds_are_those_whose_block_window_overlaps",),
    state.ForgetsWhatHoldsAreFor: ("test_rows_of_shown_holds_may_be_asked_for",),
    state.ListsBookingsById: ("test_bookings_are_listed_by_when_they_sit_down",),
    state.KeepsTheFirstOwner: ("test_a_row_passes_to_another_owner_in_place",),
    occupancy.ConfusesOwners: ("test_an_owner_has_its_own_rows_only",),
    occupancy.TakesTheOldestForTheLast: (
        "test_the_last_allocation_of_a_table_is_the_one_that_ends_last",
        "test_shadow_rows_overlap_anything",
    ),
    state.CountsDeadHolds: (
        "test_live_holds_are_counted_for_all_and_for_a_session",
        "test_a_hold_is_dead_from_its_expiry_on",
    ),
    state.CountsEverything: (
        "test_each_change_of_the_floor_counts_one",
        "test_each_change_of_the_policy_counts_one",
        "test_evidence_answers_and_events_count_nothing",
    ),
    state.CountsOneKindAtATime: ("test_several_kinds_count_at_once",),
    state.KeepsTheFirstPromise: ("test_every_field_of_a_booking_changes",),
    state.KeepsTheFirstRecordOfShadow: ("test_every_field_of_a_booking_changes",),
    state.ForgetsTheShadowOfHolds: ("test_rows_of_every_kind_come_back_as_they_were_written",),
    state.DropsDetails: ("test_details_of_evidence_and_events_come_back_as_they_were_written",),
    state.RoundsToMilliseconds: (
        "test_a_booking_may_be_made_and_changed_in_one_set_of_changes",
        "test_restaurants_with_the_same_ids_do_not_see_each_other",
    ),
    state.KeepsTheOldName: ("test_a_policy_change_replaces_policy_and_restaurant",),
    state.TakesOneHalfOfAHouse: ("test_both_halves_of_a_house_may_change_at_once",),
    store.ListsEventsByTime: ("test_events_are_listed_as_they_were_written",),
    store.FollowsFromTheEvent: ("test_a_page_has_the_events_after_a_sequence",),
    store.FollowsWithoutLimit: ("test_a_page_ends_at_its_limit",),
    store.FollowsTheLastOnes: ("test_a_page_ends_at_its_limit",),
    store.FollowsFromTheFirst: ("test_the_newest_event_is_found",),
    store.FollowsEveryRestaurant: ("test_a_page_has_events_of_its_restaurant_only",),
    store.SkipsToTheNewest: (
        "test_a_follower_misses_no_event_of_writers_at_once",
        "test_a_page_ends_at_its_limit",
    ),
    store.NeverHasAGap: ("test_a_page_without_a_gap_follows_a_stored_event",),
    store.AlwaysHasAGap: ("test_a_page_without_a_gap_follows_a_stored_event",),
    store.ListsRestaurantsAsTheyCame: ("test_restaurants_are_listed_in_order",),
    store.HidesWhatItRemoves: ("test_a_removed_restaurant_is_unknown",),
    store.RemembersWhatItRemoved: ("test_a_restaurant_of_a_removed_id_starts_empty",),
    store.RemovesWithoutAsking: ("test_a_restaurant_is_kept_if_the_check_raises",),
    store.ChecksBeforeItLocks: ("test_nothing_comes_between_a_check_and_the_removal",),
    store.OpensTwice: ("test_a_restaurant_is_opened_once",),
    store.ForgetsAisles: ("test_every_fact_of_a_floor_is_kept",),
    store.ForgetsZoneRules: ("test_every_rule_of_a_policy_is_kept",),
    store.ForgetsDemandProfiles: ("test_every_rule_of_a_policy_is_kept",),
    store.EnforcesEveryRule: ("test_every_rule_of_a_policy_is_kept",),
    store.SortsBookingWindows: ("test_the_rules_of_a_policy_keep_their_order",),
    store.AddsAnySlug: ("test_a_restaurant_is_not_added_with_a_slug_of_another",),
    store.TrustsNewSlugs: ("test_a_restaurant_does_not_change_to_a_slug_of_another",),
    store.KeepsSlugsForGood: ("test_a_slug_is_free_when_no_restaurant_has_it",),
    store.ComparesSlugsAsTheyWere: ("test_of_two_that_want_a_slug_at_once_one_gets_it",),
    store.FindsNothing: ("test_an_unknown_restaurant_is_not_found",),
    store.LeavesViewsAlive: ("test_a_view_dies_with_its_call",),
    store.ShowsEverything: (
        "test_windows_that_touch_are_one",
        "test_a_question_outside_the_scope_ends_the_call",
    ),
    store.HidesTables: (
        "test_a_view_answers_whatever_its_scope_names",
        "test_shadow_rows_are_shown_and_count_nowhere",
    ),
    store.ShowsAMarginAroundWindows: ("test_a_question_outside_the_scope_is_an_error",),
    store.ServesOneNeed: (
        "test_a_fourth_need_is_an_error",
        "test_a_need_is_served_three_times",
    ),
    store.ServesEveryNeed: ("test_a_fourth_need_is_an_error",),
    store.ForgetsTheFirstScope: ("test_a_need_is_served_in_the_same_transaction",),
    store.WrapsErrors: ("test_errors_of_a_question_or_decision_come_out_as_they_are",),
    store.WritesTheFirstDecision: ("test_only_the_last_decision_counts",),
    store.TakesNothingForFailure: ("test_a_result_may_be_nothing",),
    store.ReadsCount: (
        "test_a_read_counts_nothing",
        "test_each_change_of_what_is_taken_counts_one",
        "test_a_restaurant_is_opened_with_what_it_was_given",
    ),
    store.ForgetsTheLock: (
        "test_a_transaction_waits_for_the_one_before_it",
        "test_eight_threads_lose_nothing",
    ),
    store.ReadsWithoutTheLock: ("test_a_view_is_consistent",),
    store.LooksAtTheClockFirst: ("test_time_is_told_after_the_wait",),
    store.LetsTimeGoBack: ("test_the_time_of_a_restaurant_never_goes_back",),
    store.TellsTheFuture: ("test_a_clock_far_behind_the_told_time_is_refused",),
    store.TellsMilliseconds: ("test_the_view_tells_the_time_of_the_store",),
    store.RemembersTimeOfWritesOnly: ("test_the_time_of_a_restaurant_never_goes_back",),
}
