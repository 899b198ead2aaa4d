//! Against published figures, and against every outcome that small numbers of runs can have.

use crate::experiment::outcome::Value;
use crate::experiment::statistics::beta::{binomial_at_most, incomplete_beta};
use crate::experiment::statistics::{
    CONFIDENCE, Interval, Step, at_most, band_ppm, clopper_pearson, effective, estimate, fraction,
    mean_difference, number, ranks, steps, wilson,
};
use crate::quantity::Ratio;

/// The probability of each count of successes, from products alone.
fn binomial(n: u32, p: f64) -> Vec<f64> {
    let mut row = vec![1.0];
    for _ in 0..n {
        let mut next = vec![0.0; row.len() + 1];
        for (count, chance) in row.iter().enumerate() {
            next[count] += chance * (1.0 - p);
            next[count + 1] += chance * p;
        }
        row = next;
    }
    row
}

/// Intervals in ten thousandths, rounded to nearest, as tables print them.
fn printed(interval: Interval) -> (u64, u64) {
    let round = |ppm: u64| (ppm + 50) / 100;
    (round(interval.low_ppm), round(interval.high_ppm))
}

/// Source: Newcombe, *Two-sided confidence intervals for the single proportion: comparison of seven
/// methods*, Statistics in Medicine 17 (1998), table I: methods 3 (score) and 5 (exact).
#[test]
fn shares_have_the_intervals_that_newcombe_prints() {
    for (count, of, score, exact) in [
        (81, 263, (2_553, 3_662), (2_527, 3_676)),
        (15, 148, (624, 1_605), (578, 1_617)),
        (0, 20, (0, 1_611), (0, 1_684)),
        (1, 29, (61, 1_718), (9, 1_776)),
    ] {
        assert_eq!(
            printed(wilson(count, of, CONFIDENCE)),
            score,
            "{count} of {of}"
        );
        let found = printed(clopper_pearson(count, of, CONFIDENCE));
        assert_eq!(found, exact, "{count} of {of}");
    }
}

/// Source: Hanley and Lippman-Hand (1983): none of 100 leaves up to 3 %, at 95 %.
#[test]
fn none_of_many_is_a_bound() {
    assert_eq!(at_most(100, CONFIDENCE), 29_514, "1 - 0.05^(1/100)");
    assert_eq!(at_most(0, CONFIDENCE), 1_000_000);
    for of in 1..2_000 {
        let bound = at_most(of, CONFIDENCE);
        assert!(
            bound <= (3_000_000 / of).min(1_000_000) + 1,
            "the rule of three: {of}"
        );
        // At the bound, none is seen in 5 % of all series; a little below it, more often.
        let none = |ppm: u64| libm::pow(1.0 - fraction(ppm), number(of));
        assert!(none(bound) <= 0.05 + 1e-12, "{of}");
        assert!(none(bound - 2) > 0.05, "{of}");
    }
}

#[test]
fn no_runs_tell_nothing() {
    assert_eq!(clopper_pearson(0, 0, CONFIDENCE), Interval::ALL);
    assert_eq!(wilson(0, 0, CONFIDENCE), Interval::ALL);
    assert_eq!(Interval::ALL.width_ppm(), 1_000_000);
}

/// How often an interval holds the true share, over all counts it can be made from.
fn coverage(of: u32, truth_ppm: u64, interval: &dyn Fn(u64, u64) -> Interval) -> f64 {
    let chances = binomial(of, fraction(truth_ppm));
    let counted = chances.iter().enumerate().filter(|(count, _)| {
        let found = interval(*count as u64, u64::from(of));
        (found.low_ppm..=found.high_ppm).contains(&truth_ppm)
    });
    counted.map(|(_, chance)| chance).sum()
}

#[test]
fn the_exact_interval_covers_every_share_often_enough() {
    let exact = |count, of| clopper_pearson(count, of, CONFIDENCE);
    for of in [1, 2, 5, 10, 17, 30] {
        let of_each: Vec<Interval> = (0..=u64::from(of)).map(|k| exact(k, of.into())).collect();
        let known = |count: u64, _| of_each[usize::try_from(count).expect("small")];
        for truth in (500..1_000_000).step_by(1_777) {
            let covered = coverage(of, truth, &known);
            assert!(covered >= 0.95, "{covered} for {truth} ppm, {of} runs");
        }
    }
}

/// Neither bound could be nearer: at each, what was counted is just about to be too rare.
#[test]
fn the_exact_interval_is_no_wider_than_it_must_be() {
    for (count, of) in [(1_usize, 10_u32), (5, 10), (9, 10), (3, 40)] {
        let found = clopper_pearson(count as u64, of.into(), CONFIDENCE);
        let at_most: f64 = binomial(of, fraction(found.high_ppm))[..=count]
            .iter()
            .sum();
        let at_least: f64 = binomial(of, fraction(found.low_ppm))[count..].iter().sum();
        for tail in [at_most, at_least] {
            assert!((0.0249..=0.025).contains(&tail), "{count} of {of}: {tail}");
        }
    }
}

/// Source: Brown, Cai and DasGupta, *Interval estimation for a binomial proportion*, Statistical
/// Science 16 (2001): the score interval covers about as often as it says on average, and less for
/// some shares, those near the ends above all.
#[test]
fn the_score_interval_covers_often_enough_on_average() {
    for of in [10_u32, 25, 50] {
        let of_each: Vec<Interval> = (0..=u64::from(of))
            .map(|count| wilson(count, of.into(), CONFIDENCE))
            .collect();
        let known = |count: u64, _| of_each[usize::try_from(count).expect("small")];
        let truths: Vec<u64> = (500..1_000_000).step_by(997).collect();
        let all: Vec<f64> = truths
            .iter()
            .map(|truth| coverage(of, *truth, &known))
            .collect();
        let mean = all.iter().sum::<f64>() / number(all.len() as u64);
        assert!((0.945..0.965).contains(&mean), "{mean} of {of}");
        let least = all.iter().copied().fold(1.0, f64::min);
        assert!((0.82..0.95).contains(&least), "{least} of {of}");
    }
}

#[test]
fn tails_are_what_products_add_up_to() {
    for n in [1_u32, 7, 40, 300] {
        for p in [0.001, 0.2, 0.5, 0.93] {
            let mut sum = 0.0;
            for (count, chance) in binomial(n, p).iter().enumerate() {
                sum += chance;
                let found = binomial_at_most(count as u64, n.into(), p);
                assert!(
                    (found - sum).abs() < 1e-11,
                    "{count} of {n}, {p}: {found}, {sum}"
                );
            }
        }
    }
    // A draw of Beta(1, b) is above x with probability (1 - x)^b, however many runs that is.
    let (x, b) = (1e-6, 3e6);
    let expected = 1.0 - libm::pow(1.0 - x, b);
    assert!((incomplete_beta(x, 1.0, b) - expected).abs() < 1e-9);
}

/// Source: David and Nagaraja, *Order Statistics* (2003), table 7.1 and the binomial tables it is
/// made from: at 95 % the median of 6, 10, 20, 50 and 100 values lies between these ranks.
#[test]
fn medians_lie_between_the_ranks_that_tables_print() {
    let half = Ratio { ppm: 500_000 };
    for (n, low, high) in [
        (6, 1, 6),
        (10, 2, 9),
        (20, 6, 15),
        (50, 18, 33),
        (100, 40, 61),
    ] {
        let found = ranks(n, half, CONFIDENCE);
        assert_eq!((found.low, found.high), (Some(low), Some(high)), "{n}");
    }
    let few = ranks(5, half, CONFIDENCE);
    assert_eq!((few.at, few.low, few.high), (3, None, None));
}

#[test]
fn bounds_of_quantiles_are_passed_seldom_enough() {
    for n in [6_u32, 11, 40, 90] {
        for ppm in [50_000, 250_000, 500_000, 950_000] {
            let found = ranks(n.into(), Ratio { ppm }, CONFIDENCE);
            // So many values lie below the true quantile, with these chances.
            let below = binomial(n, fraction(ppm));
            let fewer = |rank: u64| -> f64 {
                let rank = usize::try_from(rank).expect("small");
                below[..rank].iter().sum()
            };
            // Rank r lies above the quantile when fewer than r values are below it.
            if let Some(low) = found.low {
                assert!(fewer(low) <= 0.025, "{n} {ppm}");
                assert!(fewer(low + 1) > 0.025, "{n} {ppm}: the next would do");
            }
            if let Some(high) = found.high {
                assert!(1.0 - fewer(high) <= 0.025 + 1e-12, "{n} {ppm}");
                assert!(
                    1.0 - fewer(high - 1) > 0.025,
                    "{n} {ppm}: the one before would do"
                );
            }
            assert!(found.low.is_none_or(|low| low <= found.at));
            assert!(found.high.is_none_or(|high| found.at <= high));
        }
    }
}

#[test]
fn what_never_came_is_later_than_everything() {
    let mut values: Vec<Value> = (1..=70).map(Value::At).collect();
    values.extend([Value::Never; 30]);
    let of = |ppm| estimate(&values, Ratio { ppm }, CONFIDENCE);
    assert_eq!(of(500_000).value, Value::At(50));
    assert_eq!(
        (of(500_000).low, of(500_000).high),
        (Value::At(40), Value::At(61))
    );
    assert_eq!(
        (of(650_000).value, of(650_000).high),
        (Value::At(65), Value::Never)
    );
    assert_eq!(of(950_000).value, Value::Never);
    assert_eq!(of(999_000).high, Value::Unknown, "too few runs for a bound");
    assert_eq!(
        estimate(&[], Ratio { ppm: 1 }, CONFIDENCE).value,
        Value::Unknown
    );
}

#[test]
fn a_distribution_has_a_step_for_each_value() {
    let values = [3, 3, 5, 9].map(Value::At);
    let all = [&values[..], &[Value::Never]].concat();
    let expected = [(3, 2), (5, 3), (9, 4)].map(|(at, count)| Step { at, count });
    assert_eq!(steps(&all), expected);
    // Massart: sqrt(ln(2 / 0.05) / 200) = 0.135810.
    assert_eq!(band_ppm(100, CONFIDENCE), 135_811);
    assert_eq!(band_ppm(0, CONFIDENCE), 1_000_000);
}

/// Source: the table of Student's distribution in Abramowitz and Stegun, *Handbook of Mathematical
/// Functions* (1964), 26.10: two-sided at 95 %, 12.706, 4.303, 2.228 and 2.042 for 1, 2, 10 and 30
/// degrees of freedom.
#[test]
fn differences_have_the_bounds_that_tables_print() {
    for (freedom, printed) in [(1.0, 12.706), (2.0, 4.303), (10.0, 2.228), (30.0, 2.042)] {
        let found = super::paired::student(freedom, 0.05);
        assert!((found - printed).abs() < 5.1e-4, "{freedom}: {found}");
    }
    // Mean 0.2, standard deviation 0.1 of 11: 0.2 -+ 2.228 * 0.1 / sqrt(11).
    let differences = [1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3];
    let (low, high) = mean_difference(&differences, 10, CONFIDENCE);
    assert!(
        (low - 132_823).abs() < 100 && (high - 267_177).abs() < 100,
        "{low} {high}"
    );
    assert_eq!(
        mean_difference(&[3], 10, CONFIDENCE),
        (-1_000_000, 1_000_000)
    );
    // Twenty alike: up to 13.9109 % of all may differ, to the one whole or the other.
    let alike = mean_difference(&[5; 20], 10, CONFIDENCE);
    assert_eq!(alike, (291_336, 569_555));
}

/// Runs that tell as much as fewer independent ones: between the exact intervals of the counts
/// next to theirs, and never down to nothing where something was counted.
#[test]
fn dependent_runs_widen_an_interval_and_keep_its_share() {
    let of = |count, of| clopper_pearson(count, of, CONFIDENCE);
    let found = effective(30, 100, 10, CONFIDENCE);
    assert_eq!(found, of(3, 10));
    let between = effective(25, 100, 10, CONFIDENCE);
    assert!(of(2, 10).low_ppm < between.low_ppm && between.low_ppm < of(3, 10).low_ppm);
    assert!(of(2, 10).high_ppm < between.high_ppm && between.high_ppm < of(3, 10).high_ppm);
    let rare = effective(1, 1_000, 10, CONFIDENCE);
    assert!(rare.low_ppm < 1_000 && 1_000 < rare.high_ppm);
    assert!(effective(45, 945, 20, CONFIDENCE).low_ppm > 0);
    assert_eq!(effective(0, 0, 0, CONFIDENCE), Interval::ALL);
}
