//! What any store must keep: run over each store there is.

mod alerts;
mod bots;
mod contacts;
mod deadlines;
mod deliveries;
mod finding;
mod listing;
mod lists;
mod log;
mod looking;
mod mentions;
mod older;
mod people;
mod postgres;
pub mod props;
mod races;
mod seen;
pub mod sqlite;
mod teams;
mod tokens;
mod uploads;
mod views;
mod writing;

/// Runs every promise over a store: `$place` makes a fresh place for one, and knows how to open it, and open it again.
macro_rules! every_promise_holds_over {
    ($store:ident, $place:expr) => {
        mod $store {
            use super::*;

            every_promise_holds_over! { @ $place, log:
                an_append_under_an_old_epoch_changes_nothing
                an_append_after_the_wrong_seq_changes_nothing
                an_append_to_an_unknown_conversation_is_fenced
                the_same_key_twice_is_one_event
                the_same_key_under_an_old_epoch_is_still_a_duplicate
                a_key_of_a_fenced_append_is_free_again
                what_is_refused_under_a_key_is_refused_for_good_and_what_was_accepted_is_said
                who_was_relieved_or_does_not_know_the_end_refuses_nothing
                what_was_acknowledged_is_there_after_reopening
                an_activation_gets_the_snapshot_and_the_events_after_it
                reading_after_a_position_gives_the_rest_in_order
                of_many_logs_those_are_named_that_go_on_and_where_they_end
                reading_before_a_position_gives_the_newest_before_it
                a_conversation_without_events_has_nothing_to_read
                what_is_known_of_a_contact_does_not_depend_on_what_is_read
                two_activations_leave_one_owner
            }
            every_promise_holds_over! { @ $place, deliveries:
                a_take_over_withdraws_only_unsent_bot_messages
                a_withdrawn_message_never_starts_and_never_comes_back
                a_started_delivery_is_not_started_twice
                a_delivery_that_goes_back_waits_with_its_attempts_and_its_flag
                a_finished_delivery_can_be_queued_again
                whoever_is_named_otherwise_stays_who_they_were
                a_shelved_delivery_waits_for_somebody_to_send_it_again
                what_lies_on_the_shelf_for_long_is_found_oldest_first
                a_new_delivery_comes_after_every_shelved_one
                what_lies_on_the_shelf_is_listed_newest_first
                deliveries_wait_in_the_order_they_were_written
                a_new_delivery_comes_after_every_finished_one
                a_mark_stands_for_whoever_has_set_it
                deliveries_of_a_dead_incarnation_are_strays
                withdrawn_deliveries_nobody_was_told_of_are_strays
            }
            every_promise_holds_over! { @ $place, alerts:
                an_alert_is_taken_once_and_comes_with_its_seq
                an_alert_that_goes_again_waits_with_its_attempts_and_its_flag
                an_alert_that_is_over_is_gone
                an_alert_whose_sender_is_silent_is_lost
                a_try_that_was_believed_lost_decides_nothing
                alerts_come_oldest_first
                what_was_taken_is_still_taken_after_reopening
                alerts_asked_for_at_once_are_taken_once
            }
            every_promise_holds_over! { @ $place, deadlines:
                a_due_deadline_is_given_once_per_two_seconds
                due_deadlines_come_oldest_first
                a_moved_deadline_is_not_due
                a_deadline_that_is_gone_is_not_due
            }
            every_promise_holds_over! { @ $place, lists:
                lists_come_in_their_order
                of_what_is_known_a_list_says_that_it_is_there
                counts_follow_modes
                what_is_assigned_to_an_agent_is_not_the_bots
                what_is_laid_aside_is_in_a_list_of_its_own
                a_summary_that_was_not_written_again_knows_how_long_the_log_is
                counts_are_there_after_reopening
            }
            every_promise_holds_over! { @ $place, seen:
                what_was_seen_only_moves_forward
                what_is_marked_unread_is_so_until_it_is_seen
            }
            every_promise_holds_over! { @ $place, finding:
                what_was_said_is_found_newest_first
                search_goes_on_where_a_page_ended
                contacts_are_found_by_what_is_known_of_them
                lists_show_what_a_filter_lets_through_in_its_order
                a_list_that_is_nearly_empty_is_gone_along_in_bounded_steps
                what_was_taken_in_is_there_after_reopening_and_once
            }
            every_promise_holds_over! { @ $place, listing:
                every_list_agrees_with_looking_at_every_conversation
                every_search_agrees_with_reading_every_message
            }
            every_promise_holds_over! { @ $place, views:
                a_view_is_its_agents_alone_unless_it_is_everybodys
                there_is_a_most_of_views_and_those_there_are_can_be_changed
            }
            every_promise_holds_over! { @ $place, people:
                emails_are_unique
                a_person_is_found_by_email_and_can_change
                sessions_end
                invitations_are_good_once
                a_new_password_ends_the_sessions_of_the_old_one
                everybody_is_listed_by_name
                an_invitation_is_for_one_person
                newer_invitations_can_end_older_ones
                somebody_sees_where_they_are_signed_in_and_ends_it
            }
            every_promise_holds_over! { @ $place, bots:
                a_published_document_is_a_version_that_answers
                of_two_who_publish_after_the_same_version_one_learns_who_was_first
                rolling_back_is_publishing_an_older_version
                what_is_refused_leaves_nothing_behind
                a_draft_becomes_a_version_and_is_gone
                a_draft_that_somebody_else_saved_is_not_lost
                many_who_publish_at_once_leave_one
                a_file_is_remembered_with_its_bot
                versions_are_there_after_reopening
            }
            every_promise_holds_over! { @ $place, contacts:
                merged_contacts_are_one_and_an_undone_merge_restores_exactly
                one_person_has_a_most_of_conversations
                merges_at_once_have_an_order
            }
            every_promise_holds_over! { @ $place, mentions:
                a_mention_commits_with_its_note_and_is_told_once
                mentions_are_seen_up_to_a_place
                of_too_many_mentions_the_oldest_go
            }
            every_promise_holds_over! { @ $place, teams:
                teams_are_listed_by_name_and_changed_in_place
                no_two_teams_are_called_the_same
                there_is_a_most_of_teams_and_those_there_are_can_be_changed
            }
            every_promise_holds_over! { @ $place, tokens:
                a_token_is_known_by_its_hash_until_it_is_revoked
                names_of_tokens_are_unique
            }
            every_promise_holds_over! { @ $place, writing:
                canned_replies_are_listed_by_name_and_changed_in_place
                there_is_a_most_of_canned_replies_and_those_there_are_can_be_changed
                a_draft_is_its_agents_alone_until_it_is_emptied
                of_too_many_drafts_the_oldest_go
            }
            every_promise_holds_over! { @ $place, uploads:
                an_upload_is_shown_once_it_was_sent_and_after_reopening
                an_upload_is_its_owners_and_goes_with_one_message
                an_upload_that_broke_off_cannot_be_sent_and_still_counts
                uploads_are_counted_for_an_hour_by_owner_and_by_account
                what_was_never_sent_goes_after_an_hour
            }
            every_promise_holds_over! { @ $place, races:
                an_append_and_an_activation_at_once_have_an_order
                the_same_key_twice_at_once_is_one_event
                an_append_and_a_refusal_under_one_key_at_once_have_an_order
                appends_after_the_same_seq_at_once_leave_one
                a_take_over_and_a_start_at_once_agree_on_who_was_first
                many_conversations_at_once_get_everything_once
                due_deadlines_asked_for_at_once_are_given_once
                strays_asked_for_at_once_are_given_once
            }
        }
    };
    (@ $place:expr, $topic:ident: $($promise:ident)*) => {
        $(
            #[tokio::test]
            async fn $promise() {
                $topic::$promise(&$place).await;
            }
        )*
    };
}

every_promise_holds_over!(over_sqlite, sqlite::DataDir::fresh());
every_promise_holds_over!(over_postgres, crate::support::postgres::Schema::fresh().await);
