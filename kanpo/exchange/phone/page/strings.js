/* Every text of the page, Japanese first. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  const TEXTS = {
    walk: ["記録", "Record"],
    plan: ["区の図", "Plan"],
    hand: ["渡す", "Hand over"],
    previous: ["前の区", "Previous"],
    next: ["次の区", "Next"],
    gap: ["未記入の区へ", "Next gap"],
    treatment: ["処理", "treatment"],
    place: ["{row}行 {column}列", "row {row}, column {column}"],
    last: ["前回 {value}({day})", "last {value} ({day})"],
    never: ["前回なし", "no earlier value"],
    usual: ["普通は {low}〜{high}", "usually {low} to {high}"],
    saved: ["記録済み {value}({moment})", "recorded {value} ({moment})"],
    savedPhotos: ["記録済み {count} 枚({day})", "recorded {count} ({day})"],
    record: ["記録する", "Record"],
    anyway: ["この値で記録する", "Record this value"],
    retype: ["打ち直す", "Type again"],
    wrong: ["数字で入れてください。まだ記録していません。", "Enter a number. Nothing is recorded yet."],
    doubtful: ["普通の範囲({low}〜{high})の外です。この値でよいですか。まだ記録していません。", "Outside the usual range ({low} to {high}). Is it right? Nothing is recorded yet."],
    draft: ["打ちかけの値です({moment})。まだ記録していません。よければ「記録する」を押してください。", "Typed before ({moment}), not recorded yet. Press Record if it is right."],
    typing: ["打ちかけ。まだ記録していません(Enter、「記録する」か「次の区」で記録)。", "Typing, not recorded yet (Enter, Record or Next records it)."],
    typingText: ["打ちかけ。まだ記録していません(「記録する」か「次の区」で記録)。", "Typing, not recorded yet (Record or Next records it)."],
    draftOf: ["{moment} に打ちかけた値 {value}(まだ記録していません。今日の値ではありません)", "{value}, typed {moment} (not recorded yet, and no value of today)"],
    recordAsOf: ["{day} の値として記録", "Record as of {day}"],
    discard: ["捨てる", "Throw away"],
    wrongDraft: ["数字ではないので、記録できません。野帳などで確かめ、要らなければ捨ててください。", "No number, so it cannot be recorded. Throw it away if it is not needed."],
    draftNotKept: ["打ちかけの値を端末に残せません。閉じる前に記録してください。", "What is being typed cannot be kept: record it before you close the page."],
    drafts: ["打ちかけ {count} 区", "{count} with drafts"],
    draftsLeft: ["打ちかけの値(まだ記録していないもの)は、渡すファイルに入りません: {plots}", "Drafts are not recorded and not in the file: {plots}"],
    full: ["端末の空きが足りないため、記録できませんでした。この値は打ちかけのままです。「渡す」でファイルに出し、写真などを消して空きを作ってください。", "The phone is full: this value was NOT recorded. Hand over the file and free some space."],
    failed: ["記録できませんでした({why})。この値は打ちかけのままです。もう一度「記録する」を押すか、画面を開き直してください。", "This value was NOT recorded ({why}); it stays a draft. Press Record again, or open the page anew."],
    noStore: ["この開き方では、値を残せません。ブラウザの設定で Cookie やサイトのデータが止められていれば許可し、シークレット(プライベート)でない普通のタブで開き直してください。メールやファイルのプレビューなら、ファイルを端末に保存し、Chrome などのブラウザで開き直してください。", "Opened this way, the page cannot keep values. Allow cookies and site data in the settings of the browser, and use an ordinary tab, no private one. From a preview, save the file on the phone and open it in a browser."],
    takePhoto: ["写真をとる", "Take a photo"],
    position: ["写真の位置を残す", "keep the position of photos"],
    badPhoto: ["写真を読めませんでした。記録していません。", "The photo could not be read; nothing was recorded."],
    who: ["記録する人", "Who records"],
    whoAsk: ["記録する人の名前か記号を入れてください(最初に1回だけ)。", "Enter your name or initials (once)."],
    start: ["始める", "Start"],
    otherName: ["別の人", "Someone else"],
    progress: ["今日 {done} / {all} 区", "{done} of {all} plots today"],
    counts: ["この端末の記録: {records} 件、写真 {photos} 枚。まだ渡していないもの: {open} 件。", "On this phone: {records} records, {photos} photos; {open} not handed over yet."],
    room: ["端末の空き: 約 {room}", "Space left: about {room}"],
    roomUnknown: ["端末の空きは分かりません。", "The browser does not tell how much space is left."],
    roomLow: ["空きが少なくなっています。早めに渡してください。", "Space is running low: hand over soon."],
    kept: ["ブラウザの設定で「サイトデータの削除」をすると消えます。毎日渡してください。", "Clearing the browser's site data deletes the records: hand over every day."],
    share: ["共有して渡す", "Share"],
    save: ["ファイルに保存する", "Save as a file"],
    handed: ["{name} を作りました({records} 件、写真 {photos} 枚)。端末の記録は残してあります。", "Made {name} ({records} records, {photos} photos). The records stay on the phone."],
    handHelp: ["1つのファイルに、この端末の全部の記録が入ります。何度渡しても、取り込みで二重になりません。事務所で kanpo records import に渡してください。", "One file holds all records of this phone; handing over twice does no harm. In the office: kanpo records import."],
    notShared: ["共有を取りやめました。記録は端末に残っています。", "Not shared. The records stay on the phone."],
    planHelp: ["区をたたくと、その区を記録できます。", "Tap a plot to record it."],
    north: ["北", "N"],
    none: ["未記入", "nothing today"],
    some: ["途中", "in part"],
    all: ["済み", "complete"],
    language: ["English", "日本語"],
    person: ["記録する人を替える", "change who records"],
    mistyped: ["打ち直し", "打ち直し"],
    confirmed: ["範囲外だが確かめた値", "範囲外だが確かめた値"],
    confirmedLater: ["打った日のあと {moment} に確かめた値", "打った日のあと {moment} に確かめた値"],
    made: ["作成 {day} 封印 {seal}", "made {day}, seal {seal}"],
  };

  let english = false;

  function t(key, values = {}) {
    let text = TEXTS[key][english ? 1 : 0];
    for (const [name, value] of Object.entries(values)) text = text.replaceAll(`{${name}}`, String(value));
    return text;
  }

  kanpo.strings = { t, of: (pair) => pair[english ? 1 : 0], isEnglish: () => english, useEnglish: (value) => (english = value), TEXTS };
})(globalThis);
