//! `series.csv`: one row a sample, one column a quantity, the unit at the end of each name.

use crate::metrics::series::Series;
use crate::plan::MemoryKind;

/// The series as CSV with a header line. A cell is empty where nothing was measured.
///
/// Columns: `at_ms`; for each instance `NAME.KIND_bytes` for the seven kinds, `NAME.limit_bytes`,
/// `NAME.used_ppm`; for each link `FROM->TO.lag_p50_us`, `.lag_p99_us`, `.lag_max_us` and
/// `.unsent_effects`;
/// `keys_unequal`.
pub fn text(series: &Series) -> String {
    let mut text = header(series).join(",");
    text.push('\n');
    for (row, at) in series.at.iter().enumerate() {
        let mut cells = vec![at.as_millis().to_string()];
        for instance in &series.instances {
            cells.extend(instance.memory[row].iter().map(u64::to_string));
            cells.push(instance.limit_bytes[row].to_string());
            cells.push(instance.used_ppm[row].to_string());
        }
        for link in &series.links {
            let lag = link.lag[row];
            let cell = |value: Option<u64>| value.map_or_else(String::new, |us| us.to_string());
            cells.push(cell(lag.map(|lag| lag.p50_us)));
            cells.push(cell(lag.map(|lag| lag.p99_us)));
            cells.push(cell(lag.map(|lag| lag.max_us)));
            cells.push(link.unsent_effects[row].to_string());
        }
        cells.push(series.keys_unequal[row].to_string());
        text += &cells.join(",");
        text.push('\n');
    }
    text
}

fn header(series: &Series) -> Vec<String> {
    let mut names = vec!["at_ms".to_owned()];
    for instance in &series.instances {
        let name = &instance.name;
        names.extend(MemoryKind::ALL.map(|kind| format!("{name}.{}_bytes", kind.name())));
        names.push(format!("{name}.limit_bytes"));
        names.push(format!("{name}.used_ppm"));
    }
    for link in &series.links {
        let (from, to) = (
            &series.instance(link.from).name,
            &series.instance(link.to).name,
        );
        let columns = ["lag_p50_us", "lag_p99_us", "lag_max_us", "unsent_effects"];
        names.extend(columns.map(|column| format!("{from}->{to}.{column}")));
    }
    names.push("keys_unequal".to_owned());
    names.iter().map(|name| quoted(name)).collect()
}

fn quoted(name: &str) -> String {
    if name.contains([',', '"', '\n']) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_owned()
    }
}
