//! Axes: names, labels and prices of their values. The values themselves are in their places
//! already.

use crate::plan::{Axis, AxisKind, AxisValue};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::{Lowering, NAME_MAX, Owner, entries};
use crate::scenario::schema::List;
use crate::scenario::schema::amount::Decimal;
use crate::scenario::schema::leaf::{OneOrMany, Text};
use crate::scenario::schema::vary::{self as schema, Anything, AxisKindChoice};
use crate::scenario::span::{Field, Sp, Span};

/// The most cells of a sweep: each seed is run in all of them.
const CELLS_MAX: usize = 1_000;
/// The most axes.
const AXES_MAX: usize = 8;

impl Lowering<'_> {
    pub(super) fn axes(&mut self, field: &Field<List<schema::Axis>>) -> Vec<Axis> {
        let (mut axes, mut names) = (Vec::new(), Vec::new());
        for given in entries(field).iter().filter_map(Field::given) {
            let owner = Owner::named("axis", &given.value.name, given.span);
            let name = self.name(&given.value.name, "name", &owner);
            let name = name.filter(|name| self.can_be_chosen(&name.value, name.span));
            names.extend(name.clone());
            axes.extend(self.axis(&given.value, name, &owner));
        }
        self.unique("axes", &names);
        self.few(&axes, field.span().unwrap_or_default());
        axes
    }

    fn axis(
        &mut self,
        file: &schema::Axis,
        name: Option<Sp<String>>,
        owner: &Owner,
    ) -> Option<Axis> {
        let set = self.required(&file.set, "set", owner, "[\"instances.0.sku\"]");
        let set = set.and_then(|set| self.paths(set));
        let to = self.required(&file.to, "to", owner, "[…]")?;
        let values: Vec<&Sp<Anything>> = to.value.iter().filter_map(Field::given).collect();
        if values.is_empty() {
            let message = format!("{} has no values", owner.what);
            self.uneven(to.span, message, "expected at least one");
            return None;
        }
        let labels = self.labels(&file.labels, &values, owner);
        let prices = self.prices(&file.usd_per_hour, values.len(), owner);
        let each = values.iter().zip(labels?).zip(prices?);
        Some(Axis {
            name: name?.value,
            set: set?,
            kind: file.kind.value().map_or(AxisKind::Choice, AxisKind::from),
            values: each
                .map(|((value, label), micro_usd_per_hour)| AxisValue {
                    label,
                    written: value.value.0.clone(),
                    micro_usd_per_hour,
                })
                .collect(),
        })
    }

    /// What an axis sets: at least one thing.
    fn paths(&mut self, set: &Sp<OneOrMany<Text>>) -> Option<Vec<String>> {
        let paths = set.value.0.iter().filter_map(Field::value);
        let paths: Vec<String> = paths.map(|path| path.0.clone()).collect();
        if paths.is_empty() {
            let example = "expected what `--set` would name: `instances.redis-us.sku`";
            self.uneven(set.span, "the axis sets nothing".to_owned(), example);
            return None;
        }
        Some(paths)
    }

    /// What the values are called: each by a name of its own.
    fn labels(
        &mut self,
        field: &Field<List<Text>>,
        values: &[&Sp<Anything>],
        owner: &Owner,
    ) -> Option<Vec<String>> {
        let labels: Vec<Sp<String>> = match field {
            Field::Absent => values.iter().map(|value| plain(value)).collect(),
            Field::Broken(_) => return None,
            Field::Given(given) => {
                let labels = given.value.iter().filter_map(Field::given);
                let labels: Vec<Sp<String>> = labels
                    .map(|label| Sp {
                        value: label.value.0.clone(),
                        span: label.span,
                    })
                    .collect();
                self.as_many("labels", labels.len(), values.len(), given.span)
                    .then_some(labels)?
            }
        };
        let usable = |label: &Sp<String>| {
            let length = label.value.chars().count();
            (1..=NAME_MAX).contains(&length) && !label.value.chars().any(char::is_control)
        };
        if let Some(wrong) = labels.iter().find(|label| !usable(label)) {
            let message = format!("a value of {} cannot be called so", owner.what);
            let diagnostic = Diagnostic::new(Code::AxisValues, self.head(wrong.span), message)
                .label(format!("expected 1 to {NAME_MAX} printable characters"))
                .note("`labels: [\"…\", …]` says what the values are called");
            self.report(diagnostic);
            return None;
        }
        self.unique("values", &labels);
        Some(labels.into_iter().map(|label| label.value).collect())
    }

    /// What the values cost, each with or all without a price.
    fn prices(
        &mut self,
        field: &Field<List<Decimal>>,
        count: usize,
        owner: &Owner,
    ) -> Option<Vec<Option<u64>>> {
        let Some(given) = field.given() else {
            return field.is_absent().then(|| vec![None; count]);
        };
        let what = format!("prices of {}", owner.what);
        let prices = given.value.iter().filter_map(Field::value);
        let prices: Vec<Option<u64>> = prices.map(|price| Some(price.millionths)).collect();
        self.as_many(&what, prices.len(), count, given.span)
            .then_some(prices)
    }

    fn as_many(&mut self, what: &str, found: usize, expected: usize, span: Span) -> bool {
        if found != expected {
            let message = format!("{found} {what} for {expected} values");
            self.uneven(span, message, "expected one for each entry of `to`");
        }
        found == expected
    }

    fn uneven(&mut self, span: Span, message: String, label: &str) {
        let span = self.head(span);
        self.report(Diagnostic::new(Code::AxisValues, span, message).label(label));
    }

    /// `--axis NAME=VALUE` must be able to name it.
    fn can_be_chosen(&mut self, name: &str, span: Span) -> bool {
        if name.contains('=') {
            self.report(
                Diagnostic::new(Code::BadName, span, format!("an axis is called `{name}`"))
                    .label("expected a name without `=`, for `--axis NAME=VALUE`"),
            );
        }
        !name.contains('=')
    }

    /// Not too many combinations.
    fn few(&mut self, axes: &[Axis], span: Span) {
        let cells = axes.iter().fold(1, |cells: usize, axis| {
            cells.saturating_mul(axis.values.len())
        });
        let (what, most) = match (axes.len() > AXES_MAX, cells > CELLS_MAX) {
            (true, _) => (format!("{} axes", axes.len()), format!("{AXES_MAX} axes")),
            (_, true) => (
                format!("{} axes with {cells} cells", axes.len()),
                format!("{CELLS_MAX} cells"),
            ),
            _ => return,
        };
        let span = self.head(span);
        self.report(
            Diagnostic::new(Code::TooManyCells, span, format!("these are {what}"))
                .label(format!("expected at most {most}"))
                .note("every seed is run in each cell: once for each combination of values"),
        );
    }
}

/// What a value is called that has no label: itself, in one line and without quotes around it.
fn plain(value: &Sp<Anything>) -> Sp<String> {
    let words: Vec<&str> = value.value.0.split_whitespace().collect();
    let line = words.join(" ");
    let text = line
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    Sp {
        value: text
            .filter(|text| !text.contains('"'))
            .unwrap_or(&line)
            .to_owned(),
        span: value.span,
    }
}

impl From<&AxisKindChoice> for AxisKind {
    fn from(choice: &AxisKindChoice) -> Self {
        match choice {
            AxisKindChoice::Choice => Self::Choice,
            AxisKindChoice::Circumstance => Self::Circumstance,
            AxisKindChoice::Band => Self::Band,
        }
    }
}
