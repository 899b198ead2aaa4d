//! The rows of an embedded file. The files are ours: a row that does not fit is a bug.

/// The rows below the header, each with `N` columns; no file of ours quotes a comma.
pub(super) fn rows<const N: usize>(file: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    file.lines().skip(1).map(|line| {
        let columns: Vec<&'static str> = line.split(',').collect();
        columns
            .try_into()
            .expect("every row has as many columns as its table")
    })
}

/// A column that holds an integer.
pub(super) fn integer<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("the column holds an integer")
}
