//! Parquet, for data tools: typed columns, each of which may be null.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::{Cell, Column, Kind, Rows, misplaced};

/// Rows in memory at most; they become a row group.
const GROUP_ROWS: usize = 8192;
/// A row group also ends when its texts are this long together.
const GROUP_BYTES: usize = 16 << 20;

pub(super) struct Parquet<W: Write + Send> {
    /// Until it is finished.
    out: Option<SerializedFileWriter<W>>,
    columns: Vec<Buffer>,
    rows: usize,
    text_bytes: usize,
}

/// The values of a column in the present row group, and for each row whether it has one.
struct Buffer {
    name: &'static str,
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    Text(Vec<ByteArray>),
    Whole(Vec<i64>),
    Real(Vec<f64>),
    YesNo(Vec<bool>),
}

impl<W: Write + Send> Parquet<W> {
    pub(super) fn begin(out: W, columns: &[Column]) -> io::Result<Self> {
        let fields =
            columns.iter().map(field).collect::<Result<Vec<_>, _>>().map_err(io::Error::from)?;
        let schema = Type::group_type_builder("recordings")
            .with_fields(fields)
            .build()
            .map_err(io::Error::from)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("Tapeshelf ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let out = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))
            .map_err(io_error)?;
        Ok(Self {
            out: Some(out),
            columns: columns.iter().map(Buffer::new).collect(),
            rows: 0,
            text_bytes: 0,
        })
    }

    fn write_group(&mut self) -> io::Result<()> {
        let Some(out) = self.out.as_mut().filter(|_| self.rows > 0) else { return Ok(()) };
        let mut group = out.next_row_group().map_err(io_error)?;
        for buffer in &mut self.columns {
            let Some(mut column) = group.next_column().map_err(io_error)? else { break };
            buffer.write(column.untyped()).map_err(io_error)?;
            column.close().map_err(io_error)?;
            buffer.clear();
        }
        group.close().map_err(io_error)?;
        self.rows = 0;
        self.text_bytes = 0;
        Ok(())
    }
}

impl<W: Write + Send> Rows for Parquet<W> {
    fn write(&mut self, row: &[Cell]) -> io::Result<()> {
        for (buffer, cell) in self.columns.iter_mut().zip(row) {
            self.text_bytes += buffer.take(cell)?;
        }
        self.rows += 1;
        if self.rows >= GROUP_ROWS || self.text_bytes >= GROUP_BYTES {
            self.write_group()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<u64> {
        self.write_group()?;
        if let Some(out) = self.out.take() {
            out.into_inner().map_err(io_error)?.flush()?;
        }
        Ok(0)
    }
}

impl Buffer {
    fn new(column: &Column) -> Self {
        let values = match column.kind {
            Kind::Text | Kind::List | Kind::Json => Values::Text(Vec::new()),
            Kind::Instant | Kind::Duration | Kind::Whole => Values::Whole(Vec::new()),
            Kind::Real => Values::Real(Vec::new()),
            Kind::YesNo => Values::YesNo(Vec::new()),
        };
        Self { name: column.name, levels: Vec::new(), values }
    }

    /// Takes a cell; returns the bytes of its text.
    fn take(&mut self, cell: &Cell) -> io::Result<usize> {
        let mut bytes = 0;
        match (&mut self.values, cell) {
            (_, Cell::Empty) => {
                self.levels.push(0);
                return Ok(0);
            }
            (Values::Text(values), Cell::Text(text)) => {
                bytes = text.len();
                values.push(ByteArray::from(text.as_str()));
            }
            (Values::Text(values), Cell::List(texts)) => {
                let text = texts.join(", ");
                bytes = text.len();
                values.push(ByteArray::from(text.as_str()));
            }
            (Values::Whole(values), Cell::Instant(at)) => values.push(at.as_millisecond()),
            (Values::Whole(values), Cell::Whole(number)) => values.push(*number),
            (Values::Real(values), Cell::Real(number)) => values.push(*number),
            (Values::YesNo(values), Cell::YesNo(is_so)) => values.push(*is_so),
            _ => return Err(misplaced(self.name)),
        }
        self.levels.push(1);
        Ok(bytes)
    }

    fn write(&self, column: &mut ColumnWriter<'_>) -> Result<usize, ParquetError> {
        let levels = Some(self.levels.as_slice());
        match (&self.values, column) {
            (Values::Text(values), ColumnWriter::ByteArrayColumnWriter(out)) => {
                out.write_batch(values, levels, None)
            }
            (Values::Whole(values), ColumnWriter::Int64ColumnWriter(out)) => {
                out.write_batch(values, levels, None)
            }
            (Values::Real(values), ColumnWriter::DoubleColumnWriter(out)) => {
                out.write_batch(values, levels, None)
            }
            (Values::YesNo(values), ColumnWriter::BoolColumnWriter(out)) => {
                out.write_batch(values, levels, None)
            }
            _ => Err(ParquetError::External(Box::new(misplaced(self.name)))),
        }
    }

    fn clear(&mut self) {
        self.levels.clear();
        match &mut self.values {
            Values::Text(values) => values.clear(),
            Values::Whole(values) => values.clear(),
            Values::Real(values) => values.clear(),
            Values::YesNo(values) => values.clear(),
        }
    }
}

fn field(column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (physical, logical) = match column.kind {
        // Also JSON: not every reader knows the type for it, and all know text.
        Kind::Text | Kind::List | Kind::Json => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Instant => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
        Kind::Duration | Kind::Whole => (Physical::INT64, None),
        Kind::Real => (Physical::DOUBLE, None),
        Kind::YesNo => (Physical::BOOLEAN, None),
    };
    let field = Type::primitive_type_builder(column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()?;
    Ok(Arc::new(field))
}

/// The disk's own error where there is one, so that a full disk is told as such.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}
