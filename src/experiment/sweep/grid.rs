//! The cells of a sweep: which combination of values has which number.

use std::collections::BTreeMap;

use crate::experiment::outcome::{Axis, AxisKind, Header, Point, Seeds};

/// All combinations of the values of some axes; one where there are none.
#[derive(Clone, Copy, Debug)]
pub struct Grid<'a>(pub &'a [Axis]);

impl Grid<'_> {
    /// How many cells there are.
    pub fn count(self) -> usize {
        self.0.iter().map(|axis| axis.values.len()).product()
    }

    /// The position of each axis' value in a cell: those of the last axis change first.
    pub fn digits(self, cell: usize) -> Vec<usize> {
        let mut rest = cell;
        let last_first = self.0.iter().rev().map(|axis| {
            let digit = rest % axis.values.len();
            rest /= axis.values.len();
            digit
        });
        let mut digits: Vec<usize> = last_first.collect();
        digits.reverse();
        digits
    }

    /// The label of each axis' value in a cell.
    pub fn labels(self, cell: usize) -> Vec<String> {
        let digits = self.digits(cell).into_iter();
        let each = self.0.iter().zip(digits);
        each.map(|(axis, digit)| axis.values[digit].label.clone())
            .collect()
    }

    /// The cells in which the axes of some kinds have the values they have in `cell`, in order.
    pub fn alike(self, cell: usize, kinds: &[AxisKind]) -> Vec<usize> {
        let of = |cell: usize| -> Vec<usize> {
            let digits = self.digits(cell).into_iter().zip(self.0);
            let fixed = digits.filter(|(_, axis)| kinds.contains(&axis.kind));
            fixed.map(|(digit, _)| digit).collect()
        };
        let wanted = of(cell);
        (0..self.count())
            .filter(|other| of(*other) == wanted)
            .collect()
    }

    /// The labels in a cell of the axes of one kind.
    pub fn labels_of(self, cell: usize, kind: AxisKind) -> Vec<String> {
        let labels = self.labels(cell).into_iter().zip(self.0);
        let wanted = labels.filter(|(_, axis)| axis.kind == kind);
        wanted.map(|(label, _)| label).collect()
    }

    /// One cell for each combination of values of the axes of some kinds: the first that has it.
    pub fn firsts(self, kinds: &[AxisKind]) -> Vec<usize> {
        let is_first = |cell: &usize| {
            let digits = self.digits(*cell).into_iter().zip(self.0);
            let mut others = digits.filter(|(_, axis)| !kinds.contains(&axis.kind));
            others.all(|(digit, _)| digit == 0)
        };
        (0..self.count()).filter(is_first).collect()
    }
}

impl Header {
    /// The cells.
    pub fn grid(&self) -> Grid<'_> {
        Grid(&self.axes)
    }

    /// How many cases there are.
    pub fn count(&self) -> u64 {
        match &self.seeds {
            Seeds::Points(points) => points.len() as u64,
            seeds => seeds.count().saturating_mul(self.grid().count() as u64),
        }
    }

    /// How many cases follow each other under one seed, the last seed that was begun aside.
    pub fn cases_of_a_seed(&self) -> u64 {
        match &self.seeds {
            Seeds::Points(_) => 1,
            _ => self.grid().count() as u64,
        }
    }

    /// What the case with this index is of.
    ///
    /// # Panics
    /// When there is no such case.
    pub fn at(&self, index: u64) -> Point {
        assert!(index < self.count(), "there is no case {index}");
        match &self.seeds {
            Seeds::Points(points) => points[usize::try_from(index).expect("it lies in the list")],
            seeds => {
                let cells = self.grid().count() as u64;
                Point {
                    seed: seeds.at(index / cells),
                    cell: index % cells,
                }
            }
        }
    }

    /// The position of each axis' value at a point.
    pub fn cell_of(&self, point: Point) -> Vec<usize> {
        self.grid().digits(number(point.cell))
    }

    /// The labels of a point in the order of the axes.
    pub fn labels_at(&self, point: Point) -> Vec<String> {
        self.grid().labels(number(point.cell))
    }

    /// The labels of a point by the names of the axes; none where nothing is varied.
    pub fn values_at(&self, point: Point) -> Option<BTreeMap<String, String>> {
        let names = self.axes.iter().map(|axis| axis.name.clone());
        let labels = self.labels_at(point);
        (!self.axes.is_empty()).then(|| names.zip(labels).collect())
    }

    /// The point of a seed and the values of a case, if there is such a cell.
    pub fn point(&self, seed: u64, values: Option<&BTreeMap<String, String>>) -> Option<Point> {
        let mut cell = 0;
        for axis in &self.axes {
            let label = values?.get(&axis.name)?;
            let digit = axis.values.iter().position(|one| one.label == *label)?;
            cell = cell * axis.values.len() + digit;
        }
        let known = values.map_or(0, BTreeMap::len);
        (known == self.axes.len()).then_some(Point {
            seed,
            cell: cell as u64,
        })
    }
}

fn number(cell: u64) -> usize {
    usize::try_from(cell).expect("there are not so many cells")
}
