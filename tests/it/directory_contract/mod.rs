//! What any directory must keep: run over each there is, and between nodes over those that have several.

mod between;
mod promises;
pub mod props;

/// Runs promises over a directory: `$place` makes a place where nodes can meet.
macro_rules! promises_hold_over {
    ($directory:ident, $place:expr, $topic:ident: $($promise:ident)*) => {
        mod $directory {
            use super::*;

            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
                async fn $promise() {
                    $topic::$promise(&mut $place).await;
                }
            )*
        }
    };
}

macro_rules! alone {
    ($directory:ident, $place:expr) => {
        promises_hold_over! { $directory, $place, promises:
            what_nobody_has_is_ours
            what_is_ours_stays_ours
            what_is_ours_can_be_given_up
            nothing_of_ours_is_elsewhere
            senders_are_claimed_like_conversations
        }
    };
}

macro_rules! together {
    ($directory:ident, $place:expr) => {
        promises_hold_over! { $directory, $place, between:
            asked_from_everywhere_at_once_an_actor_has_one_owner
            an_owner_that_gave_up_is_succeeded_at_once
            an_owner_that_left_is_succeeded_at_once
            an_owner_that_died_is_succeeded_within_its_lease
            a_late_release_does_not_hurt_a_successor
            a_restarted_node_frees_what_it_had
            a_node_that_drains_sends_others_what_is_new
            a_wiped_directory_is_claimed_anew
            a_node_whose_store_is_silent_gives_up_what_it_has_if_another_is_well
            two_nodes_of_one_name_end_each_other_once_and_not_for_ever
        }
    };
}

alone!(over_local, props::Local);
alone!(over_redis, props::Several::over_redis());
alone!(over_redis_cluster, props::Several::over_cluster());
together!(between_nodes_over_redis, props::Several::over_redis());
together!(between_nodes_over_redis_cluster, props::Several::over_cluster());

promises_hold_over! { over_a_redis_cluster_that_loses_a_part, props::Several::over_cluster(), between:
    what_is_in_another_part_is_found_as_ever
}

promises_hold_over! { between_nodes_over_redis_by_ipv6, props::Several::over_redis_by_ipv6(), between:
    an_owner_that_gave_up_is_succeeded_at_once
    a_restarted_node_frees_what_it_had
}

promises_hold_over! { between_nodes_over_redis_cluster_by_ipv6, props::Several::over_cluster_by_ipv6(), between:
    an_owner_that_gave_up_is_succeeded_at_once
}
