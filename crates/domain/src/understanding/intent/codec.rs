//! A model as bytes: little-endian, lengths first, with a mark and a version in front.

use super::{
    calibrate::{Calibration, INPUTS},
    features::Vocabulary,
    model::Model,
    second::{Second, size},
};

/// The mark, and the version in its last byte: another whenever the layout changes, or what features are made of a text.
pub(super) const MARK: &[u8; 8] = b"MERINT\0\x04";

/// Bytes that are no model of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an intent model of this version: {0}")]
pub struct InvalidModel(&'static str);

impl Model {
    /// The model as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MARK.to_vec();
        out.push(u8::from(self.multi));
        count(&mut out, self.labels.len());
        for label in &self.labels {
            count(&mut out, label.len());
            out.extend_from_slice(label.as_bytes());
        }
        count(&mut out, self.vocabulary.names.len());
        self.vocabulary.names.iter().for_each(|name| out.extend_from_slice(&name.to_le_bytes()));
        for list in [&self.vocabulary.idf, &self.scales, &self.biases, &self.thresholds] {
            for value in list {
                out.extend_from_slice(&value.to_le_bytes());
            }
        }
        self.calibration
            .weights
            .iter()
            .chain([&self.scope])
            .for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
        count(&mut out, self.second.as_ref().map_or(0, |second| second.weights.len()));
        let second = self.second.iter().flat_map(|second| &second.weights);
        second.for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
        out.extend(self.weights.iter().map(|weight| weight.cast_unsigned()));
        out
    }

    /// Reads what [`Model::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidModel> {
        let rest = bytes.strip_prefix(MARK).ok_or_else(|| {
            let ours = bytes.starts_with(&MARK[..MARK.len() - 1]);
            InvalidModel(if ours { "it is of another version, train it again" } else { "the first bytes are others" })
        })?;
        let mut reader = Reader { rest };
        let multi = reader.take::<1>()? != [0];
        let labels: Vec<String> = (0..reader.count()?)
            .map(|_| {
                let length = reader.count()?;
                let text = reader.bytes(length)?;
                String::from_utf8(text.to_vec()).map_err(|_| InvalidModel("a label is no text"))
            })
            .collect::<Result<_, _>>()?;
        let features = reader.count()?;
        let names: Vec<u32> =
            (0..features).map(|_| Ok(u32::from_le_bytes(reader.take()?))).collect::<Result<_, InvalidModel>>()?;
        let idf = reader.floats(features)?;
        let scales = reader.floats(labels.len())?;
        let biases = reader.floats(labels.len())?;
        let thresholds = reader.floats(labels.len())?;
        let mut calibration = Calibration { weights: [0.0; INPUTS] };
        for weight in &mut calibration.weights {
            *weight = f64::from_le_bytes(reader.take()?);
        }
        let scope = f64::from_le_bytes(reader.take()?);
        let second = match reader.count()? {
            0 => None,
            length if length == labels.len() * size(labels.len()) => Some(Second { weights: reader.floats(length)? }),
            _ => return Err(InvalidModel("the length is another")),
        };
        let weights = features.checked_mul(labels.len()).ok_or(InvalidModel("too large"))?;
        let weights = reader.bytes(weights)?.iter().map(|byte| byte.cast_signed()).collect();
        if !reader.rest.is_empty() || labels.is_empty() {
            return Err(InvalidModel("the length is another"));
        }
        let vocabulary = Vocabulary { names, idf };
        Ok(Self { labels, multi, vocabulary, weights, scales, biases, thresholds, second, calibration, scope })
    }
}

/// Whether bytes begin as a model of this version does.
pub fn readable(start: &[u8]) -> bool {
    start.starts_with(MARK)
}

fn count(out: &mut Vec<u8>, value: usize) {
    out.extend_from_slice(&(value as u32).to_le_bytes());
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, length: usize) -> Result<&'a [u8], InvalidModel> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or(InvalidModel("it is cut short"))?;
        self.rest = rest;
        Ok(head)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], InvalidModel> {
        let bytes = self.bytes(N)?;
        bytes.try_into().map_err(|_| InvalidModel("it is cut short"))
    }

    fn count(&mut self) -> Result<usize, InvalidModel> {
        let count = u32::from_le_bytes(self.take()?) as usize;
        // Every counted thing takes a byte at least.
        if count > self.rest.len() { Err(InvalidModel("it is cut short")) } else { Ok(count) }
    }

    fn floats(&mut self, length: usize) -> Result<Vec<f32>, InvalidModel> {
        (0..length).map(|_| Ok(f32::from_le_bytes(self.take()?))).collect()
    }
}
