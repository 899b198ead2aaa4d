//! Amounts as text: a decimal number and a unit, read and printed without loss.

use std::fmt;

use thiserror::Error;

/// A text that is not the quantity it should be.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("`{found}` is not {expected}: {problem}; expected something like {example}")]
pub struct ParseQuantityError {
    /// The text.
    pub found: String,
    /// What it should be, with its article: `a duration`.
    pub expected: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
    /// Texts that would do.
    pub example: &'static str,
}

/// What is wrong with a quantity's text.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Problem {
    /// It does not begin with a decimal number.
    #[error("it has no number")]
    NoNumber,
    /// It begins with a minus.
    #[error("it is negative")]
    Negative,
    /// The number stands alone.
    #[error("it has no unit, one of {0}")]
    NoUnit(String),
    /// The unit is none of those known.
    #[error("`{unit}` is no unit, but {known} are")]
    UnknownUnit {
        /// What stands where the unit should.
        unit: String,
        /// The units that do.
        known: String,
    },
    /// The parts of a compound are not in falling order of units, each once.
    #[error("its units must fall from the greatest to the least")]
    Disorder,
    /// The amount lies between two that can be held.
    #[error("it is finer than {0}")]
    TooFine(&'static str),
    /// The amount is beyond the integer that holds it.
    #[error("it is too large")]
    TooLarge,
}

/// A unit: `numerator / denominator` of the least amount that the quantity can hold.
pub(crate) struct Unit {
    pub(crate) name: &'static str,
    pub(crate) numerator: u64,
    pub(crate) denominator: u64,
}

/// A unit that is a multiple of the least amount.
pub(crate) const fn unit(name: &'static str, numerator: u64) -> Unit {
    Unit {
        name,
        numerator,
        denominator: 1,
    }
}

/// How one quantity is written.
pub(crate) struct Notation {
    /// The quantity with its article.
    pub(crate) expected: &'static str,
    pub(crate) example: &'static str,
    /// The least amount, for messages.
    pub(crate) least: &'static str,
    /// All units that are read.
    pub(crate) units: &'static [Unit],
    /// The units printed, from the greatest: multiples by powers of ten.
    pub(crate) printed: &'static [Unit],
    /// Whether several parts may follow one another, as in `1h30m`.
    pub(crate) compound: bool,
    /// The largest part by which rounding may change an amount, in hundredths.
    pub(crate) tolerance_percent: u128,
}

/// A decimal number as digits and the place of the point.
struct Decimal {
    digits: u128,
    /// How much the digits are to be divided by: a power of ten.
    divisor: u128,
}

impl Notation {
    /// The amount that `text` stands for, in least amounts.
    pub(crate) fn parse(&self, text: &str) -> Result<u64, ParseQuantityError> {
        self.amount(text.trim())
            .map_err(|problem| ParseQuantityError {
                found: text.to_owned(),
                expected: self.expected,
                problem,
                example: self.example,
            })
    }

    fn amount(&self, text: &str) -> Result<u64, Problem> {
        let mut rest = text;
        let mut sum = 0_u64;
        let mut last = u64::MAX;
        loop {
            let (decimal, after) = decimal(rest)?;
            let (name, after) = self.unit_name(after);
            let unit = self.find(name)?;
            if unit.numerator >= last {
                return Err(Problem::Disorder);
            }
            let part = self.scale(&decimal, unit)?;
            sum = sum.checked_add(part).ok_or(Problem::TooLarge)?;
            if after.is_empty() {
                return Ok(sum);
            }
            last = unit.numerator;
            rest = after;
        }
    }

    /// The unit at the start of `text`, and what follows it. Only a compound has anything behind.
    fn unit_name<'a>(&self, text: &'a str) -> (&'a str, &'a str) {
        let next = text
            .find(|c: char| c.is_ascii_digit())
            .filter(|_| self.compound);
        let (name, after) = text.split_at(next.unwrap_or(text.len()));
        (name.trim(), after)
    }

    fn find(&self, name: &str) -> Result<&Unit, Problem> {
        match self.units.iter().find(|unit| unit.name == name) {
            Some(unit) => Ok(unit),
            None if name.is_empty() => Err(Problem::NoUnit(self.known())),
            None => Err(Problem::UnknownUnit {
                unit: name.to_owned(),
                known: self.known(),
            }),
        }
    }

    fn known(&self) -> String {
        let names: Vec<&str> = self
            .units
            .iter()
            .map(|unit| unit.name)
            .filter(|name| !name.is_empty())
            .collect();
        names.join(", ")
    }

    fn scale(&self, decimal: &Decimal, unit: &Unit) -> Result<u64, Problem> {
        let divisor = decimal
            .divisor
            .checked_mul(u128::from(unit.denominator))
            .ok_or(Problem::TooFine(self.least))?;
        let product = decimal
            .digits
            .checked_mul(u128::from(unit.numerator))
            .ok_or(Problem::TooLarge)?;
        let rounded = product / divisor + u128::from(product % divisor >= divisor.div_ceil(2));
        let back = rounded.checked_mul(divisor).ok_or(Problem::TooLarge)?;
        let change = back.abs_diff(product);
        if change > 0 && change.saturating_mul(100) > self.tolerance_percent * product {
            return Err(Problem::TooFine(self.least));
        }
        u64::try_from(rounded).map_err(|_| Problem::TooLarge)
    }

    /// Prints `amount` in the greatest unit it reaches, with as many decimals as it takes.
    pub(crate) fn print(&self, amount: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let least = self
            .printed
            .last()
            .expect("every notation prints some unit");
        let unit = self
            .printed
            .iter()
            .find(|unit| unit.numerator <= amount)
            .unwrap_or(least);
        f.pad(&format!(
            "{}{}",
            decimal_text(amount, unit.numerator),
            unit.name
        ))
    }
}

/// `amount / scale` with exactly the decimals it has. `scale` is a power of ten.
pub(crate) fn decimal_text(amount: u64, scale: u64) -> String {
    let (whole, part) = (amount / scale, amount % scale);
    if part == 0 {
        return whole.to_string();
    }
    let width = scale.ilog10() as usize;
    let decimals = format!("{part:0width$}");
    format!("{whole}.{}", decimals.trim_end_matches('0'))
}

/// The decimal number at the start of `text`, and what follows it.
fn decimal(text: &str) -> Result<(Decimal, &str), Problem> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    if text.starts_with('-') {
        return Err(Problem::Negative);
    }
    if whole.is_empty() || part.is_empty() || part.contains('.') {
        return Err(Problem::NoNumber);
    }
    let mut parsed = Decimal {
        digits: 0,
        divisor: 1,
    };
    let part = part.trim_end_matches('0');
    for (index, digit) in whole.chars().chain(part.chars()).enumerate() {
        let digit = digit
            .to_digit(10)
            .expect("only digits are left beside the point");
        parsed.digits = parsed
            .digits
            .checked_mul(10)
            .and_then(|digits| digits.checked_add(u128::from(digit)))
            .ok_or(Problem::TooLarge)?;
        if index >= whole.len() {
            parsed.divisor = parsed.divisor.checked_mul(10).ok_or(Problem::TooLarge)?;
        }
    }
    Ok((parsed, rest))
}
