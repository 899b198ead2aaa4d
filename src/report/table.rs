//! Tables for terminals: columns in line, no borders.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// On which side a column is flush.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flush {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// So many characters wide a table may be; longer cells are broken into lines.
const WIDTH_MAX: u16 = 140;

/// `rows` under `header`, every line indented by two spaces and without spaces at its end.
pub fn text(header: &[(&str, Flush)], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH_MAX);
    table.set_header(header.iter().map(|(name, _)| *name));
    for row in rows {
        table.add_row(row);
    }
    for (column, (_, flush)) in table.column_iter_mut().zip(header) {
        column.set_cell_alignment(match flush {
            Flush::Left => CellAlignment::Left,
            Flush::Right => CellAlignment::Right,
        });
        column.set_padding((0, 2));
    }
    let lines = table.lines().map(|line| format!("  {}\n", line.trim_end()));
    lines.collect()
}
