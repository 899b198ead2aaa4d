//! The laws over random histories: whatever order effects arrive in, whichever prefix a merged
//! state takes the place of, whenever what is stable is collected, the same ops make the same
//! digest, the oracle's value, and writes that add up.

use proptest::prelude::{Strategy, any, prop};
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use super::cluster::Cluster;
use super::json_alphabet::{array_alphabet, json_alphabet, mixed_with_json};
use super::step::Step;
use super::{
    hash_alphabet, hyperloglog_alphabet, list_alphabet, mixed_alphabet, set_alphabet,
    sorted_set_alphabet, stream_alphabet, string_alphabet,
};
use crate::assumption::Lww;
use crate::crdt::effect::Update;

/// Where the random histories start from.
const SEED: u8 = 7;

fn check(alphabet: fn() -> Vec<Vec<Update>>, lww: Lww, cases: u32) {
    check_where(alphabet, lww, true, cases);
}

fn check_where(alphabet: fn() -> Vec<Vec<Update>>, lww: Lww, lset_keeps_all: bool, cases: u32) {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[SEED; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let histories = (
        2_usize..=5,
        any::<bool>(),
        prop::collection::vec(any::<[u8; 4]>(), 1..70),
    );
    let histories = histories.prop_map(|(size, is_filled, draws)| {
        let steps: Vec<Step> = draws
            .into_iter()
            .map(|draw| Step::drawn(size, draw))
            .collect();
        (size, is_filled, steps)
    });
    let outcome = runner.run(&histories, |(size, is_filled, steps)| {
        let mut cluster = Cluster::new(size, lww, alphabet());
        cluster.rules.lset_keeps_all = lset_keeps_all;
        if is_filled {
            cluster.fill(alphabet().swap_remove(0));
        }
        for step in steps {
            cluster.step(step);
        }
        cluster.settle();
        Ok(())
    });
    if let Err(TestError::Fail(_, (size, is_filled, steps))) = &outcome {
        panic!("{size} replicas: filled {is_filled}, {steps:?}");
    }
    outcome.expect("every history keeps the laws");
}

#[test]
fn strings_keep_the_laws() {
    check(string_alphabet, Lww::CausalFirst, 3000);
}

#[test]
fn strings_keep_the_laws_by_wall_clock() {
    check(string_alphabet, Lww::WallFirst, 1500);
}

#[test]
fn hashes_keep_the_laws() {
    check(hash_alphabet, Lww::CausalFirst, 3000);
}

#[test]
fn sets_keep_the_laws() {
    check(set_alphabet, Lww::CausalFirst, 3000);
}

#[test]
fn sorted_sets_keep_the_laws() {
    check(sorted_set_alphabet, Lww::CausalFirst, 3000);
}

#[test]
fn sorted_sets_keep_the_laws_by_wall_clock() {
    check(sorted_set_alphabet, Lww::WallFirst, 1500);
}

#[test]
fn lists_keep_the_laws() {
    check(list_alphabet, Lww::CausalFirst, 6000);
}

#[test]
fn lists_that_keep_one_replacement_keep_the_laws() {
    check_where(list_alphabet, Lww::CausalFirst, false, 4000);
}

#[test]
fn streams_keep_the_laws() {
    check(stream_alphabet, Lww::CausalFirst, 3000);
}

#[test]
fn hyperloglogs_keep_the_laws() {
    check(hyperloglog_alphabet, Lww::CausalFirst, 4000);
    check(hyperloglog_alphabet, Lww::WallFirst, 1000);
}

#[test]
fn documents_keep_the_laws() {
    check(json_alphabet, Lww::CausalFirst, 6000);
}

#[test]
fn arrays_keep_the_laws() {
    check(array_alphabet, Lww::CausalFirst, 3000);
}

#[test]
fn documents_beside_sets_keep_the_laws() {
    check(mixed_with_json, Lww::CausalFirst, 2000);
    check(mixed_with_json, Lww::WallFirst, 1000);
}

#[test]
fn types_side_by_side_keep_the_laws() {
    check(mixed_alphabet, Lww::CausalFirst, 3000);
    check(mixed_alphabet, Lww::WallFirst, 1000);
}
