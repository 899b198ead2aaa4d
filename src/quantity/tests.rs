use proptest::prelude::{any, prop_assert_eq, proptest};

use super::{ByteRate, Bytes, ParseQuantityError, Problem, Rate, Ratio, wide_product};

#[test]
fn bytes_read() {
    let check = |text: &str, expected: u64| assert_eq!(text.parse(), Ok(Bytes(expected)), "{text}");
    check("120B", 120);
    check("1KB", 1_000);
    check("1kB", 1_000);
    check("250MB", 250_000_000);
    check("1.5GB", 1_500_000_000);
    check("2TB", 2_000_000_000_000);
    check("1KiB", 1_024);
    check("1.5MiB", 1_572_864);
    check("2GiB", 2_147_483_648);
    check(" 60 GB ", 60_000_000_000);
    check("1.50000000000000000000000000000000000000000000KB", 1_500);
    check("18446744073709551615B", u64::MAX);
}

#[test]
fn other_quantities_read() {
    assert_eq!("200MB/s".parse(), Ok(ByteRate(200_000_000)));
    assert_eq!("1Gbit/s".parse(), Ok(ByteRate(125_000_000)));
    assert_eq!("16bit/s".parse(), Ok(ByteRate(2)));
    let rate = |text: &str| text.parse::<Rate>().map(|rate| rate.millihertz);
    assert_eq!(rate("5k/s"), Ok(5_000_000));
    assert_eq!(rate("300/s"), Ok(300_000));
    assert_eq!(rate("0.5/s"), Ok(500));
    assert_eq!(rate("1.2M/s"), Ok(1_200_000_000));
    assert_eq!(rate("30/min"), Ok(500));
    assert_eq!(rate("10/min"), Ok(167));
    assert_eq!(rate("0/s"), Ok(0));
    let ratio = |text: &str| text.parse::<Ratio>().map(|ratio| ratio.ppm);
    assert_eq!(ratio("80%"), Ok(800_000));
    assert_eq!(ratio("0.01%"), Ok(100));
    assert_eq!(ratio("0.5"), Ok(500_000));
    assert_eq!(ratio("1.04"), Ok(1_040_000));
    assert_eq!(ratio("140%"), Ok(1_400_000));
}

fn bytes_problem(text: &str) -> Problem {
    text.parse::<Bytes>()
        .expect_err("the text is wrong on purpose")
        .problem
}

#[test]
fn wrong_texts_are_told_apart() {
    assert_eq!(bytes_problem(""), Problem::NoNumber);
    assert_eq!(bytes_problem("GB"), Problem::NoNumber);
    assert_eq!(bytes_problem(".5GB"), Problem::NoNumber);
    assert_eq!(bytes_problem("5.GB"), Problem::NoNumber);
    assert_eq!(bytes_problem("1.2.3GB"), Problem::NoNumber);
    assert_eq!(bytes_problem("-1GB"), Problem::Negative);
    assert!(matches!(bytes_problem("17"), Problem::NoUnit(_)));
    assert!(matches!(bytes_problem("1Gb"), Problem::UnknownUnit { .. }));
    assert!(matches!(
        bytes_problem("1GB2MB"),
        Problem::UnknownUnit { .. }
    ));
    assert!(matches!(bytes_problem("1é"), Problem::UnknownUnit { .. }));
    assert_eq!(bytes_problem("0.5B"), Problem::TooFine("a byte"));
    assert_eq!(bytes_problem("18446744073709551616B"), Problem::TooLarge);
    assert_eq!(bytes_problem("99999999999999999999TB"), Problem::TooLarge);
    let long = format!("{}B", "9".repeat(60));
    assert_eq!(bytes_problem(&long), Problem::TooLarge);
    let fine = format!("0.{}1B", "0".repeat(60));
    assert_eq!(bytes_problem(&fine), Problem::TooLarge);
    let slow = "1/h".parse::<Rate>().expect_err("a third of a millihertz");
    assert_eq!(
        slow.problem,
        Problem::TooFine("a thousandth of an event a second")
    );
}

#[test]
fn errors_say_what_was_found_and_expected() {
    let text = |error: ParseQuantityError| error.to_string();
    assert_eq!(
        text("12 parsecs".parse::<Rate>().expect_err("no unit")),
        "`12 parsecs` is not a rate: `parsecs` is no unit, but /s, k/s, M/s, /min, k/min, /h are; \
         expected something like `300/s`, `5k/s` or `30/min`"
    );
    assert_eq!(
        text("lots".parse::<Ratio>().expect_err("no number")),
        "`lots` is not a ratio: it has no number; expected something like `80%` or `0.8`"
    );
    assert_eq!(
        text("5".parse::<ByteRate>().expect_err("no unit")),
        "`5` is not a flow of bytes: it has no unit, one of B/s, KB/s, kB/s, MB/s, GB/s, TB/s, \
         bit/s, kbit/s, Mbit/s, Gbit/s, Tbit/s; expected something like `200MB/s` or `1Gbit/s`"
    );
}

#[test]
fn amounts_print_in_their_greatest_unit() {
    assert_eq!(Bytes(0).to_string(), "0B");
    assert_eq!(Bytes(999).to_string(), "999B");
    assert_eq!(Bytes(1_500_000_000).to_string(), "1.5GB");
    assert_eq!(Bytes(1_048_576).to_string(), "1.048576MB");
    assert_eq!(ByteRate(125_000_000).to_string(), "125MB/s");
    assert_eq!(Rate { millihertz: 500 }.to_string(), "0.5/s");
    assert_eq!(
        Rate {
            millihertz: 300_000
        }
        .to_string(),
        "300/s"
    );
    assert_eq!(
        Rate {
            millihertz: 1_200_000_000
        }
        .to_string(),
        "1.2M/s"
    );
    assert_eq!(Ratio { ppm: 800_000 }.to_string(), "80%");
    assert_eq!(Ratio { ppm: 100 }.to_string(), "0.01%");
    assert_eq!(Ratio { ppm: 0 }.to_string(), "0%");
    assert_eq!(format!("{:>8}", Bytes(1_000)), "     1KB");
}

#[test]
fn a_wide_product_has_both_halves() {
    assert_eq!(wide_product(u64::MAX, u64::MAX), (u64::MAX - 1, 1));
    assert_eq!(wide_product(1 << 63, 10), (5, 0));
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(amount in any::<u64>(), shift in 0_u32..64) {
        let amount = amount >> shift;
        prop_assert_eq!(Bytes(amount).to_string().parse(), Ok(Bytes(amount)));
        prop_assert_eq!(ByteRate(amount).to_string().parse(), Ok(ByteRate(amount)));
        let rate = Rate { millihertz: amount };
        prop_assert_eq!(rate.to_string().parse(), Ok(rate));
        let ratio = Ratio { ppm: amount };
        prop_assert_eq!(ratio.to_string().parse(), Ok(ratio));
    }

    #[test]
    fn no_text_panics(
        text in any::<String>(),
        number in "[0-9.]{0,50}",
        unit in "[kKMGTiBbits/%minh]{0,6}",
    ) {
        for text in [text, format!("{number}{unit}")] {
            let _ = text.parse::<Bytes>();
            let _ = text.parse::<ByteRate>();
            let _ = text.parse::<Rate>();
            let _ = text.parse::<Ratio>();
        }
    }
}
