#!/usr/bin/env bash
# Makes speech.mp3, speech.ulaw and bank.tsv from lines.tsv. Needs espeak-ng, sox, lame and ffprobe; run it only to
# change the bank, because other versions of these programs give other bytes.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/speech.mp3"
: >"$work/speech.ulaw"
: >"$work/bank.tsv"

# add NAME: encodes $work/line.wav (8 kHz, 16 bit, mono) and appends it to both banks.
# --nores makes every MP3 frame independent of its neighbours, -t leaves the Xing frame out.
# LAME puts 1105 samples of delay in front; the µ-law twin gets the same, so both take the same time.
add() {
  lame --quiet -m m -t --nores -V 6 -b 8 -B 24 "$work/line.wav" "$work/line.mp3"
  local frames
  frames=$(ffprobe -v error -count_packets -show_entries stream=nb_read_packets -of csv=p=0 "$work/line.mp3")
  sox "$work/line.wav" -t ul "$work/line.ulaw" pad 1105s 9999s
  head -c $((frames * 576)) "$work/line.ulaw" >>"$work/speech.ulaw"
  cat "$work/line.mp3" >>"$work/speech.mp3"
  printf '%s\t%s\n' "$1" "$frames" >>"$work/bank.tsv"
}

# The ten keypad tones: 180 ms each, at the pairs of frequencies of ITU-T Q.23.
digit=0
for pair in '941 1336' '697 1209' '697 1336' '697 1477' '770 1209' '770 1336' '770 1477' '852 1209' '852 1336' '852 1477'; do
  read -r low high <<<"$pair"
  sox -n -r 8000 -c 1 -b 16 "$work/line.wav" synth 0.18 sine "$low" sine "$high" remix 1,2 fade 0.005 0.18 0.005 gain -n -9
  add "key:$digit"
  digit=$((digit + 1))
done

# The spoken lines: telephone band, no silence around them, even loudness.
while IFS=$'\t' read -r voice speed pitch text; do
  espeak-ng -v "$voice" -s "$speed" -p "$pitch" -w "$work/raw.wav" "$text"
  sox "$work/raw.wav" -r 8000 -c 1 -b 16 "$work/tight.wav" \
    sinc 200-3500 silence 1 0.02 0.5% reverse silence 1 0.02 0.5% reverse
  sox "$work/tight.wav" "$work/line.wav" fade 0.01 -0 0.02 gain -n -4
  add "$voice"
done <lines.tsv

mv "$work/speech.mp3" "$work/speech.ulaw" "$work/bank.tsv" .
