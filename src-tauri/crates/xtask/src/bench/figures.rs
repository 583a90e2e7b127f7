//! Small arithmetic on measurements, and reading them out of JSON.

use serde_json::Value;

/// The middle one, or the mean of the two middle ones.
pub(super) fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    let upper = sorted.len() / 2;
    match (sorted.get(upper.wrapping_sub(1)), sorted.get(upper)) {
        (Some(below), Some(above)) if sorted.len().is_multiple_of(2) => {
            f64::midpoint(*below, *above)
        }
        (_, Some(middle)) => *middle,
        (_, None) => f64::NAN,
    }
}

/// The value that this part of all does not exceed.
pub(super) fn percentile(values: &[f64], part: f64) -> f64 {
    let sorted = sorted(values);
    let count = u32::try_from(sorted.len()).unwrap_or(u32::MAX);
    let place = (1..=count).find(|place| f64::from(*place) >= part * f64::from(count));
    place.and_then(|place| sorted.get(place as usize - 1).copied()).unwrap_or(f64::NAN)
}

/// The largest; not a number without any.
pub(super) fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::max)
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// A number of a report. What is missing is not a number, which holds against no bar.
pub(super) fn number(report: &Value, name: &str) -> f64 {
    report[name].as_f64().unwrap_or(f64::NAN)
}

/// All numbers of a list.
pub(super) fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_f64).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn same(one: f64, other: f64) -> bool {
        (one - other).abs() < f64::EPSILON
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert!(same(median(&[3.0, 1.0, 2.0]), 2.0));
        assert!(same(median(&[4.0, 1.0, 3.0, 2.0]), 2.5));
        assert!(same(median(&[7.0]), 7.0));
        assert!(median(&[]).is_nan());
        assert!(same(largest(&[1.0, 9.0, 3.0]), 9.0));
        assert!(largest(&[]).is_nan());
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let values = [5.0, 1.0, 4.0, 2.0, 3.0];
        for (part, value) in [(0.5, 3.0), (0.95, 5.0), (1.0, 5.0), (0.2, 1.0)] {
            assert!(same(percentile(&values, part), value), "{part}");
        }
        assert!(percentile(&[], 0.5).is_nan());
    }

    #[test]
    fn what_a_report_does_not_say_is_no_number() {
        let report = json!({ "ms": 5, "text": "5", "list": [1, "x", 2.5] });
        assert!(same(number(&report, "ms"), 5.0));
        assert!(number(&report, "text").is_nan());
        assert!(number(&report, "absent").is_nan());
        assert_eq!(numbers(&report["list"]), [1.0, 2.5]);
        assert_eq!(numbers(&report["absent"]), [0.0; 0]);
    }
}
