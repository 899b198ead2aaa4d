//! All short histories: two regions, three commands, every delivery point, skewed and tied clocks.

use super::cluster::Cluster;
use super::json_alphabet::{array_alphabet, object_alphabet};
use super::step::Step;
use super::{
    hash_alphabet, hyperloglog_alphabet, list_alphabet, mixed_alphabet, set_alphabet,
    sorted_set_alphabet, stream_alphabet, string_alphabet,
};
use crate::assumption::Lww;
use crate::crdt::effect::Update;

/// Takes every way on from `cluster` by `commands` more commands, and settles each.
fn explore(cluster: &Cluster, commands: usize, is_first: bool) {
    if commands == 0 {
        end(cluster);
        return;
    }
    // The regions are alike but for the tie-break, which both walls of the other commands reach.
    for at in 0..if is_first { 1 } else { 2 } {
        let mut cluster = cluster.clone();
        loop {
            for what in 0..cluster.alphabet_len() {
                for wall_ms in 0..2 {
                    let mut next = cluster.clone();
                    next.step(Step::Update { at, what, wall_ms });
                    if next.ops.len() > cluster.ops.len() {
                        explore(&next, commands - 1, false);
                    }
                }
            }
            if !cluster.deliver(1 - at, at) {
                break;
            }
        }
    }
}

/// The rest arrives as effects, as whole states, or as states by clock.
fn end(cluster: &Cluster) {
    cluster.clone().settle();
    for whole in [true, false] {
        let mut cluster = cluster.clone();
        cluster.step(Step::Sync {
            from: 0,
            to: 1,
            whole,
        });
        cluster.step(Step::Sync {
            from: 1,
            to: 0,
            whole,
        });
        cluster.settle();
    }
}

fn check(alphabet: Vec<Vec<Update>>, lww: Lww, commands: usize) {
    explore(&Cluster::new(2, lww, alphabet), commands, true);
}

#[test]
fn all_histories_of_a_string() {
    check(string_alphabet(), Lww::CausalFirst, 3);
}

#[test]
fn all_histories_of_a_string_by_wall_clock() {
    check(string_alphabet(), Lww::WallFirst, 2);
}

#[test]
fn all_histories_of_a_hash() {
    check(hash_alphabet(), Lww::CausalFirst, 3);
}

#[test]
fn all_histories_of_a_set() {
    check(set_alphabet(), Lww::CausalFirst, 3);
}

#[test]
fn all_histories_of_a_sorted_set() {
    check(sorted_set_alphabet(), Lww::CausalFirst, 3);
}

#[test]
fn all_histories_of_a_list() {
    check(list_alphabet(), Lww::CausalFirst, 3);
}

#[test]
fn all_histories_of_a_list_that_keeps_one_replacement() {
    let mut cluster = Cluster::new(2, Lww::CausalFirst, list_alphabet());
    cluster.rules.lset_keeps_all = false;
    explore(&cluster, 3, true);
}

/// All see a document first.
fn check_given(alphabet: Vec<Vec<Update>>, commands: usize) {
    let first = alphabet[0].clone();
    let mut cluster = Cluster::new(2, Lww::CausalFirst, alphabet);
    cluster.fill(first);
    explore(&cluster, commands, true);
}

#[test]
fn all_histories_of_an_object() {
    check_given(object_alphabet(), 3);
}

#[test]
fn all_histories_of_an_array() {
    check_given(array_alphabet(), 3);
}

#[test]
fn all_histories_of_a_stream() {
    check(stream_alphabet(), Lww::CausalFirst, 3);
}

#[test]
fn all_histories_of_a_hyperloglog() {
    check(hyperloglog_alphabet(), Lww::CausalFirst, 3);
}

#[test]
fn all_short_histories_of_types_side_by_side() {
    check(mixed_alphabet(), Lww::CausalFirst, 2);
}
