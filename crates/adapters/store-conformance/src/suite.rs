//! The list of all properties, and the two ways to make tests of them.

use std::future::Future;

use crate::Outcome;

/// Makes a test of each property.
///
/// `$empty_store` is the name of an `async fn() -> Outcome<impl Deployment>` beside the call.
#[macro_export]
macro_rules! one_test_a_property {
    ($empty_store:ident) => {
        $crate::each_port!(one_test_a_property_of, $empty_store);
    };
}

/// Makes a test of each port, for a store that is dear to set up; each property still gets an empty store of its own,
/// and a test that fails names every property that does not hold.
///
/// `$empty_store` is the name of an `async fn() -> Outcome<impl Deployment>` beside the call.
#[macro_export]
macro_rules! one_test_a_port {
    ($empty_store:ident) => {
        $crate::each_port!(one_test_of, $empty_store);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! each_port {
    ($tests_of:ident, $empty_store:ident) => {
        $crate::$tests_of!(
            $empty_store,
            test_store,
            [
                of_sixteen_inserts_of_one_name_exactly_one_succeeds,
                what_is_inserted_reads_back_exactly,
                every_choice_reads_back,
                times_are_kept_to_the_millisecond,
                a_replacement_reads_back_exactly,
                of_sixteen_replacements_of_one_version_exactly_one_succeeds,
                a_replacement_of_another_version_is_a_conflict,
                a_deletion_needs_the_stored_version,
                of_a_deletion_and_a_replacement_exactly_one_succeeds,
                what_one_handle_wrote_the_other_reads_at_once,
                a_store_that_works_says_so,
            ]
        );
        $crate::$tests_of!(
            $empty_store,
            test_listing,
            [
                a_listing_is_by_creation_then_by_name,
                a_listing_may_begin_with_the_newest,
                a_text_is_searched_for,
                a_listing_holds_only_what_was_asked_for,
                pages_are_complete_and_without_duplicates,
                what_is_created_meanwhile_disturbs_no_listing,
                the_limit_may_be_anything,
            ]
        );
        $crate::$tests_of!(
            $empty_store,
            run_store,
            [
                a_begun_run_reads_back_exactly,
                beginning_a_run_again_changes_nothing,
                a_leftover_is_replaced,
                of_sixteen_runs_under_one_number_one_stays,
                runs_are_listed_by_number,
                a_finished_run_is_final,
                a_number_is_stored_exactly_or_refused,
                the_runs_of_a_test_are_forgotten_by_name,
            ]
        );
        $crate::$tests_of!(
            $empty_store,
            leases,
            [
                each_run_is_claimed_by_one_of_many,
                a_claim_takes_the_oldest_first_up_to_its_limit,
                a_claim_answers_the_run_as_it_is_stored,
                a_held_run_is_not_claimed,
                a_lease_that_ran_out_is_taken_over_with_the_next_epoch,
                a_lease_that_ran_out_can_be_prolonged_until_it_is_taken,
                an_earlier_holder_is_fenced_off,
                a_checkpoint_reads_back_exactly,
                a_new_holder_sees_the_last_checkpoint,
                a_released_run_is_claimable_at_once,
                many_renewals_are_answered_one_by_one,
                a_thousand_runs_are_renewed_in_one_call,
                a_run_never_has_two_holders,
            ]
        );
        $crate::$tests_of!(
            $empty_store,
            shares,
            [
                shares_are_claimed_apart,
                a_share_ends_alone,
                shares_that_were_not_stored_are_added,
                of_a_leftover_no_share_stays,
                runs_are_listed_with_all_their_shares,
            ]
        );
        $crate::$tests_of!(
            $empty_store,
            change_feed,
            [
                every_kind_of_change_is_told_within_a_second,
                every_watcher_on_every_handle_is_told,
                no_change_of_many_is_missed,
                a_dropped_wait_loses_no_change,
            ]
        );
        $crate::$tests_of!(
            $empty_store,
            result_store,
            [
                points_read_back_in_order_and_exactly,
                a_point_stored_again_changes_nothing,
                grains_are_kept_apart,
                what_was_stored_lately_can_be_followed,
                old_results_are_forgotten,
                a_range_includes_its_start_and_not_its_end,
                attachments_read_back_by_name_and_exactly,
                of_sixteen_attachments_of_one_name_one_stays,
                documents_of_a_name_are_found_whatever_their_run,
                the_results_of_a_run_are_forgotten,
                thousands_of_points_are_stored_in_one_call,
            ]
        );
        $crate::$tests_of!(
            $empty_store,
            samples,
            [
                samples_read_back_in_order_and_exactly,
                a_sample_stored_again_changes_nothing,
                samples_are_read_page_by_page,
                thousands_of_samples_are_stored_in_one_call,
                a_signal_a_level_a_number_and_a_trace_are_looked_for,
                a_stretch_of_time_includes_its_start_and_not_its_end,
                a_text_is_looked_for_as_it_is_in_values_only,
                filters_hold_together_and_across_pages,
            ]
        );
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! one_test_a_property_of {
    ($empty_store:ident, $port:ident, [$($property:ident),* $(,)?]) => {
        mod $port {
            $(
                #[::tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $property() -> $crate::Outcome {
                    let deployment = super::$empty_store().await?;
                    $crate::$port::$property(&deployment).await?;
                    Ok($crate::Deployment::remove(&deployment).await?)
                }
            )*
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! one_test_of {
    ($empty_store:ident, $port:ident, [$($property:ident),* $(,)?]) => {
        #[::tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $port() -> $crate::Outcome {
            let mut group = $crate::Group::default();
            $(
                group.check(stringify!($property), async {
                    let deployment = $empty_store().await?;
                    $crate::$port::$property(&deployment).await?;
                    Ok($crate::Deployment::remove(&deployment).await?)
                }).await;
            )*
            group.outcome()
        }
    };
}

/// Properties checked one after another in one test.
#[derive(Debug, Default)]
pub struct Group {
    failed: Vec<String>,
}

impl Group {
    /// Checks one property; a panic counts as a failure of this one only.
    pub async fn check(&mut self, name: &str, property: impl Future<Output = Outcome> + Send + 'static) {
        let mut task = tokio::task::JoinSet::new();
        task.spawn(property);
        match task.join_next().await {
            Some(Ok(Ok(()))) | None => {}
            Some(Ok(Err(error))) => self.failed.push(format!("{name}: {error:?}")),
            Some(Err(panic)) => self.failed.push(format!("{name}: {panic}")),
        }
    }

    /// Whether all of them held.
    ///
    /// # Errors
    /// Every one that did not, by name.
    pub fn outcome(self) -> Outcome {
        if self.failed.is_empty() { Ok(()) } else { Err(self.failed.join("\n").into()) }
    }
}
