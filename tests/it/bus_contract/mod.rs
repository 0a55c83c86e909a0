//! What any bus must keep: run over each there is, and between nodes over those that have several.

mod between;
mod promises;
mod props;
mod weather;

use crate::directory_contract::props::{Local, Several};

macro_rules! promises_hold_over {
    ($bus:ident, $place:expr, $topic:ident: $($promise:ident)*) => {
        mod $bus {
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
    ($bus:ident, $place:expr) => {
        promises_hold_over! { $bus, $place, promises:
            a_listener_hears_its_conversation_in_order
            a_subscription_that_was_dropped_hears_nothing
            a_sign_is_shown_to_whoever_listens_to_its_conversation
            lists_hear_of_every_conversation
            a_node_that_is_not_there_answers_nothing
        }
    };
}

macro_rules! together {
    ($bus:ident, $place:expr) => {
        promises_hold_over! { $bus, $place, between:
            what_one_node_publishes_another_hears_in_order
            what_is_long_is_told_by_its_position
            a_sign_is_shown_on_other_nodes_and_not_twice_on_its_own
            a_new_listener_is_told_to_look_at_the_store
            lists_of_other_nodes_hear_the_newest_row
            a_command_is_answered_from_its_node
            many_who_begin_to_listen_at_once_disturb_nobody
            refusals_come_back_as_they_are
            a_conversation_that_lives_elsewhere_says_so
            a_node_that_died_is_not_there
            commands_of_one_caller_arrive_in_order
            hints_arrive
        }
    };
}

alone!(over_local, Local);
alone!(over_redis, Several::over_redis());
alone!(over_redis_cluster, Several::over_cluster());
together!(between_nodes_over_redis, Several::over_redis());
together!(between_nodes_over_redis_cluster, Several::over_cluster());

promises_hold_over! { in_bad_weather_of_a_cluster, Several::over_cluster(), weather:
    what_moved_to_another_server_is_heard_there
    a_lost_part_of_a_cluster_is_missed_by_nobody_else
}

promises_hold_over! { in_bad_weather, Several::over_redis(), weather:
    a_node_that_is_stopped_is_silent_and_not_waited_for_longer_than_two_seconds
    a_restart_of_redis_makes_everybody_look_and_go_on
    a_connection_that_breaks_is_opened_anew
    a_connection_that_swallows_everything_is_given_up
    thousands_who_are_heard_again_are_confirmed_one_by_one
}

promises_hold_over! { between_nodes_over_redis_by_ipv6, Several::over_redis_by_ipv6(), between:
    what_one_node_publishes_another_hears_in_order
    a_command_is_answered_from_its_node
}

promises_hold_over! { between_nodes_over_redis_cluster_by_ipv6, Several::over_cluster_by_ipv6(), between:
    what_one_node_publishes_another_hears_in_order
    a_command_is_answered_from_its_node
}

promises_hold_over! { in_bad_weather_of_a_cluster_by_ipv6, Several::over_cluster_by_ipv6(), weather:
    what_moved_to_another_server_is_heard_there
}
