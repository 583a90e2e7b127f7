//! The rows in memory as a file, so that a start reads one file from end to end instead of every row of the index.
//!
//! The file is a picture with a number. It is believed only when the index names that number; what changed since, the
//! index knows by itself (`schema/v6.sql`). A picture that cannot be read, is of another release or has a wrong checksum is no
//! loss: the rows are read from the index.
//!
//! The ids come last, with a checksum of their own: they are a third of the file, and a start does without them.

use std::io::{self, Read, Write};

use crc32fast::Hasher;

use super::countries::{Country, Known};
use super::ids::Ids;
use super::numbers::Numbers;
use super::packed::{BLOCK, Block, Packed};
use super::parties::Parties;
use super::rows::{Class, HELD, Rows, STARRED, Values};
use super::texts::Texts;

/// What a picture begins with. The last byte counts changes of its form, and of what is kept in it: how texts are folded,
/// how digits are taken from a number.
const BEGINNING: &[u8; 8] = b"TSmirro\x03";

/// Texts in the order of release come with rules for folding them.
const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// Flags that a picture does without.
const MARKED: u64 = (STARRED | HELD) as u64;

/// Bytes that are converted at a time.
const CHUNK: usize = 1 << 16;

/// What a picture holds.
pub(super) struct Picture {
    /// The rows, without what a person wrote on them.
    pub(super) rows: Rows,
    /// The countries of the first so many parties.
    pub(super) countries: Known,
    /// How many bytes of the file follow: the ids, for [`read_ids`].
    pub(super) left: u64,
}

/// Writes rows and countries as picture `number`.
pub(super) fn write(rows: &Rows, countries: &Known, number: i64, to: impl Write) -> io::Result<()> {
    let mut out = Out { to, sum: Hasher::new() };
    out.bytes(BEGINNING)?;
    out.text(RELEASE)?;
    out.bytes(&number.to_le_bytes())?;
    // Stars and holds come with what else a person wrote.
    let flags = Packed::of(rows.columns.flags.iter().map(|flags| flags & !MARKED));
    let Numbers {
        keys_apart, when, added, duration_ms, bytes, cost, from, to, class, name, ..
    } = &rows.columns;
    for column in [keys_apart, when, added, duration_ms, bytes, cost, from, to, class, name, &flags]
    {
        out.packed(column)?;
    }
    let (parties, apart, digits) = rows.parties.parts();
    for texts in [parties, digits, &rows.words] {
        out.texts(texts)?;
    }
    let (of, numbers): (Vec<u32>, Vec<u32>) = apart.iter().copied().unzip();
    out.list(&of, u32::to_le_bytes)?;
    out.list(&numbers, u32::to_le_bytes)?;
    out.length(rows.classes.all().len())?;
    for class in rows.classes.all() {
        out.bytes(&class.account_no.to_le_bytes())?;
        out.list(&[class.kind, class.format, class.direction], u32::to_le_bytes)?;
        out.list(&class.extensions, u32::to_le_bytes)?;
    }
    let (callers, conferences): (Vec<u32>, Vec<u32>) = rows.names.all().iter().copied().unzip();
    out.list(&callers, u32::to_le_bytes)?;
    out.list(&conferences, u32::to_le_bytes)?;
    out.list(rows.costs.all(), u64::to_le_bytes)?;
    let (numbers, countries) = countries.parts();
    out.list(numbers, |number| [number])?;
    out.list(countries, |country| country)?;
    out.sum()?;
    for ids in [&rows.ids, &rows.calls] {
        let (packed, others) = ids.parts();
        out.list(packed, |id| id)?;
        let of: Vec<u32> = others.keys().copied().collect();
        out.list(&of, u32::to_le_bytes)?;
        others.values().try_for_each(|id| out.text(id))?;
    }
    out.sum()?;
    out.to.flush()
}

/// Reads picture `number` from a file of `length` bytes. `None` when it is another one, or not as it was written.
pub(super) fn read(number: i64, length: u64, from: impl Read) -> io::Result<Option<Picture>> {
    let mut input = In { from, sum: Hasher::new(), left: length };
    let mut beginning = [0; BEGINNING.len()];
    input.fill(&mut beginning)?;
    if beginning != *BEGINNING || input.text()? != RELEASE {
        return Ok(None);
    }
    if i64::from_le_bytes(input.array()?) != number {
        return Ok(None);
    }
    let mut columns = [const { None }; 11];
    for column in &mut columns {
        *column = Some(input.packed()?);
    }
    let [keys_apart, when, added, duration_ms, bytes, cost, from, to, class, name, flags] =
        columns.map(Option::unwrap_or_default);
    let (parties, digits, words) = (input.texts()?, input.texts()?, input.texts()?);
    let (of, numbers) = (input.list(u32::from_le_bytes)?, input.list(u32::from_le_bytes)?);
    let parties = Parties::of_parts(parties, of.into_iter().zip(numbers).collect(), digits);
    let mut classes = Values::new();
    for _ in 0..input.length()? {
        let account_no = i64::from_le_bytes(input.array()?);
        let words = input.list(u32::from_le_bytes)?;
        let [kind, format, direction] = words[..] else { return Ok(None) };
        let extensions = input.list(u32::from_le_bytes)?;
        classes.number(Class { account_no, kind, format, direction, extensions });
    }
    let (callers, conferences) = (input.list(u32::from_le_bytes)?, input.list(u32::from_le_bytes)?);
    let names = Values::of(callers.into_iter().zip(conferences));
    let costs = Values::of(input.list(u64::from_le_bytes)?);
    let numbers = input.list(|[number]| number)?;
    let countries = Known::of_parts(numbers, input.list(|country: Country| country)?);
    if !input.has_sum()? {
        return Ok(None);
    }
    let columns =
        Numbers { keys_apart, when, added, duration_ms, bytes, cost, from, to, class, name, flags };
    let rows = Rows {
        columns,
        ids: Ids::still_in_file(),
        calls: Ids::still_in_file(),
        parties,
        words,
        classes,
        names,
        costs,
        ..Rows::new()
    };
    Ok(Some(Picture { rows, countries, left: input.left }))
}

/// Reads what follows: the ids of recordings and of calls. `None` when they are not as they were written.
pub(super) fn read_ids(left: u64, from: impl Read) -> io::Result<Option<(Ids, Ids)>> {
    let mut input = In { from, sum: Hasher::new(), left };
    let (ids, calls) = (input.ids()?, input.ids()?);
    Ok((input.has_sum()? && input.left == 0).then_some((ids, calls)))
}

/// Writes values one after another.
struct Out<W> {
    to: W,
    sum: Hasher,
}

impl<W: Write> Out<W> {
    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.to.write_all(bytes)
    }

    /// Writes the checksum of what came since the last one.
    fn sum(&mut self) -> io::Result<()> {
        let sum = std::mem::take(&mut self.sum).finalize();
        self.to.write_all(&sum.to_le_bytes())
    }

    fn length(&mut self, length: usize) -> io::Result<()> {
        self.bytes(&(length as u64).to_le_bytes())
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.list(text.as_bytes(), |byte| [byte])
    }

    fn packed(&mut self, column: &Packed) -> io::Result<()> {
        let (blocks, open) = column.parts();
        self.length(blocks.len())?;
        for block in blocks {
            let (least, step, kind, codes) = block.parts();
            self.bytes(&least.to_le_bytes())?;
            self.bytes(&step.to_le_bytes())?;
            self.bytes(&[kind])?;
            self.list(codes, |byte| [byte])?;
        }
        self.list(open, u64::to_le_bytes)
    }

    fn texts(&mut self, texts: &Texts) -> io::Result<()> {
        let (all, starts) = texts.parts();
        self.list(all, |byte| [byte])?;
        self.list(starts, u32::to_le_bytes)
    }

    fn list<const N: usize, T: Copy>(
        &mut self,
        list: &[T],
        to_bytes: impl Fn(T) -> [u8; N],
    ) -> io::Result<()> {
        self.length(list.len())?;
        let mut buffer = Vec::with_capacity(CHUNK.min(list.len() * N));
        for part in list.chunks(CHUNK / N) {
            buffer.clear();
            buffer.extend(part.iter().flat_map(|value| to_bytes(*value)));
            self.bytes(&buffer)?;
        }
        Ok(())
    }
}

/// Reads them back.
struct In<R> {
    from: R,
    sum: Hasher,
    /// Bytes of the file that have not been read. No length can be more, so that a damaged one does not take all memory.
    left: u64,
}

impl<R: Read> In<R> {
    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.from.read_exact(bytes)?;
        self.sum.update(bytes);
        self.left = self.left.saturating_sub(bytes.len() as u64);
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut array = [0; N];
        self.fill(&mut array)?;
        Ok(array)
    }

    /// Reads the checksum of what came since the last one. Whether it is that.
    fn has_sum(&mut self) -> io::Result<bool> {
        let sum = std::mem::take(&mut self.sum).finalize();
        let is_so = u32::from_le_bytes(self.array()?) == sum;
        self.sum = Hasher::new();
        Ok(is_so)
    }

    fn length(&mut self) -> io::Result<usize> {
        let length = u64::from_le_bytes(self.array()?);
        usize::try_from(length)
            .ok()
            .filter(|_| length <= self.left)
            .ok_or(io::ErrorKind::InvalidData.into())
    }

    fn text(&mut self) -> io::Result<String> {
        String::from_utf8(self.list(|[byte]| byte)?).map_err(|_| io::ErrorKind::InvalidData.into())
    }

    fn list<const N: usize, T>(&mut self, value: impl Fn([u8; N]) -> T) -> io::Result<Vec<T>> {
        let length = self.length()?;
        if length as u64 * N as u64 > self.left {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut list = Vec::with_capacity(length);
        let mut buffer = vec![0; (CHUNK / N * N).min(length * N)];
        while list.len() < length {
            let some = buffer.len().min((length - list.len()) * N);
            self.fill(&mut buffer[..some])?;
            list.extend(buffer[..some].as_chunks::<N>().0.iter().map(|bytes| value(*bytes)));
        }
        Ok(list)
    }

    fn packed(&mut self) -> io::Result<Packed> {
        let count = self.length()?;
        // Each is followed by more than a few bytes, so that a damaged count does not take all memory.
        let mut blocks = Vec::with_capacity(count.min(CHUNK));
        for _ in 0..count {
            let least = u64::from_le_bytes(self.array()?);
            let step = u64::from_le_bytes(self.array()?);
            let [kind] = self.array()?;
            let codes = self.list(|[byte]| byte)?;
            let block = Block::of_parts(least, step, kind, codes);
            blocks.push(block.ok_or(io::ErrorKind::InvalidData)?);
        }
        let open = self.list(u64::from_le_bytes)?;
        if open.len() >= BLOCK {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Packed::of_parts(blocks, open))
    }

    fn ids(&mut self) -> io::Result<Ids> {
        let packed = self.list(|id: [u8; 16]| id)?;
        let of = self.list(u32::from_le_bytes)?;
        let others = of.into_iter().map(|row| Ok((row, self.text()?.into_boxed_str())));
        let others = others.collect::<io::Result<_>>()?;
        Ok(Ids::of_parts(packed, others))
    }

    fn texts(&mut self) -> io::Result<Texts> {
        let all = self.list(|[byte]| byte)?;
        let starts = self.list(u32::from_le_bytes)?;
        Ok(Texts::of_parts(all, starts))
    }
}
