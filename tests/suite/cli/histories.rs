//! `meridian check`: verdicts line by line, and what is wrong with a file.

use super::Place;

#[test]
fn histories_are_judged_line_by_line() {
    let place = Place::new("check");
    place.write("sound.txt", "us: w(x,1) r(x,1)\neu: r(x,0) r(x,1)\n");
    place.write("stale.txt", "us: w(x,1) w(x,2)\neu: r(x,2) r(x,1)\n");
    place.write("effects.txt", "b: b1 = 1\na: b1 = 2\n");
    let sound = place.run(&["check", "sound.txt"]).results(0);
    assert_eq!(sound.matches("holds").count(), 7, "{sound}");
    let both = place.run(&["check", "sound.txt", "stale.txt"]).results(1);
    insta::assert_snapshot!(both, @r"
    sound.txt
      holds     causal consistency
      holds     causal convergence
      holds     causal memory
      holds     read your writes
      holds     monotonic reads
      holds     monotonic writes
      holds     writes follow reads
    stale.txt
      violated  causal consistency: WriteCORead: w(x,1) (us) → w(x,2) (us) → r(x,1) (eu)
      violated  causal convergence: WriteCORead: w(x,1) (us) → w(x,2) (us) → r(x,1) (eu)
      violated  causal memory: WriteCORead: w(x,1) (us) → w(x,2) (us) → r(x,1) (eu)
      holds     read your writes
      violated  monotonic reads: StaleRead: w(x,2) (us) → r(x,1) (eu)
      holds     monotonic writes
      holds     writes follow reads
    ");
    let effects = place.run(&["check", "effects.txt"]).results(1);
    assert!(
        effects.contains("strong convergence: Divergence"),
        "{effects}"
    );
}

#[test]
fn what_is_no_history_is_pointed_at() {
    let place = Place::new("check_wrong");
    place.write("wrong.txt", "us: w(x,1)\neu: q(x,1)\n");
    let told = place.run(&["check", "wrong.txt"]).error(2);
    assert!(told.contains("2:5: found `q(x,1)`"), "{told}");
    let told = place.run(&["check", "absent.txt"]).error(2);
    assert!(told.contains("`absent.txt` cannot be read"), "{told}");
}
