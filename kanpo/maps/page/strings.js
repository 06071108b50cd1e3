/* What the page says, in both languages; and how it writes numbers. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  const words = {
    about: ["この地図について", "About this map"],
    print: ["印刷", "Print"],
    otherLanguage: ["English", "日本語"],
    stale: [
      "この地図の計算のあとに、元のデータか評価条件が変わっています。最新の地図を作成元に確認してください。",
      "Data or requirements changed after this map was computed. Ask its maker for a current one.",
    ],
    panel: ["生薬の選択と筆の一覧", "Choice of herb and list of parcels"],
    map: ["筆の地図", "Map of parcels"],
    zoomCloser: ["拡大", "Zoom in"],
    zoomAway: ["縮小", "Zoom out"],
    background: ["背景の線。押すと隠します", "Lines of the background; press to hide"],
    legend: ["適地区分の凡例。押すとその区分を隠します", "Suitability classes; press to hide one"],
    herb: ["生薬", "Herb"],
    search: ["大字・地番・筆IDで探す", "Find by settlement, lot or id"],
    filters: ["絞り込み", "Filter"],
    minimumArea: ["面積の下限(㎡)", "Least area (m²)"],
    all: ["すべて", "All"],
    nothing: ["(記載なし)", "(none)"],
    maximumArea: ["面積の上限(㎡)", "Largest area (m²)"],
    widestRange: ["適地度の幅の上限", "Widest range of the score"],
    farthest: ["起点からの距離の上限(m)", "Farthest from the centre (m)"],
    pick: ["起点を地図で選ぶ", "Choose the centre"],
    picking: ["地図を押す…", "Press on the map…"],
    clear: ["絞り込みを解除", "Clear filters"],
    adjust: ["重み・条件を変える", "Weights, bounds"],
    adjustNote: ["の重みと要求条件。動かすと順位がその場で変わります。元のデータは変わりません。", "– its weights and requirements. The ranking follows; nothing is stored."],
    weightOf: ["{factor}の重み", "Weight of {factor}"],
    bounds: ["要求条件", "Requirement"],
    cornerLow: ["これ未満は0", "0 below"],
    cornerFrom: ["ここから適", "fits from"],
    cornerTo: ["ここまで適", "fits up to"],
    cornerHigh: ["これを超えると0", "0 above"],
    bellCentre: ["中心", "centre"],
    bellSigma: ["広がり(σ)", "spread (σ)"],
    fitAt: ["適合度", "fit at"],
    changed: ["変更", "changed"],
    changes: ["重み・条件の変更", "weights or bounds changed"],
    changedText: ["重み・条件を変えています({list})。配られた評価ではありません。", "Weights or bounds were changed ({list}); this is not the rating as handed out."],
    resetAll: ["すべて元に戻す", "Reset all"],
    resetOne: ["この要因を元に戻す", "Reset this factor"],
    csv: ["CSVで保存", "Save CSV"],
    link: ["画面のリンク", "Copy link"],
    copied: ["コピーしました。", "Copied."],
    notCopied: ["コピーできませんでした。アドレス欄から写してください。", "Could not copy; take it from the address bar."],
    tabs: ["一覧の種類", "Kind of list"],
    parcels: ["筆", "Parcels"],
    blocks: ["団地", "Blocks"],
    block: ["団地", "Block"],
    rims: ["地図に団地の輪郭を描く", "Draw the blocks' outlines on the map"],
    blocksNote: ["{gap} m 以内で隣り合う筆のまとまり。{area} ha 以上の上位{n}件。適地度は面積の加重平均。", "Parcels at most {gap} m apart. The best {n} of at least {area} ha; scores are means by area."],
    noBlocks: ["まとまった団地がありません。", "There is no block of that size."],
    parcelsOf: ["{n}筆", "{n} parcels"],
    compare: ["比べる", "Compare"],
    compareIn: ["ほかの筆と比べる", "Compare with another"],
    compareOut: ["比較から外す", "Leave the comparison"],
    compareWith: ["「{name}」と比べる", "Compare with {name}"],
    compareHow: ["筆どうしは、札の「ほかの筆と比べる」を2筆で押すと並びます。", "To compare parcels, press “Compare with another” on the cards of two."],
    compareParcels: ["2つの筆", "Two parcels"],
    compareHerbs: ["2つの生薬", "Two herbs"],
    goodForBoth: ["どちらにも S1・S2 と言える筆(確か・根拠しだい): {n}筆、{area} ha", "S1 or S2 for both, surely or by the catalogue: {n} parcels, {area} ha"],
    placed: ["{n}位", "No. {n}"],
    kept: ["候補", "Kept"],
    keep: ["候補に入れる", "Keep"],
    keptAlready: ["候補に入っています", "Kept"],
    keptNone: ["札の「☆ 候補に入れる」を押すと、ここに並びます。メモを付けて作成元に送り返せます。", "Press “☆ Keep” on a card: it is listed here, and can be sent back with a note."],
    keptNote: ["このブラウザの中だけに残ります。保存したCSVを作成元に送ると、記録に取り込めます。", "Kept in this browser only. Send the saved CSV to the maker of the map, who can import it."],
    decision: ["判断", "Decision"],
    "decision:candidate": ["候補", "candidate"],
    "decision:selected": ["採用", "selected"],
    "decision:deferred": ["保留", "deferred"],
    "decision:rejected": ["不採用", "rejected"],
    noteOf: ["メモ", "Note"],
    remove: ["候補から外す", "Remove"],
    actor: ["お名前・所属(記録者として残ります)", "Your name or organisation (recorded)"],
    saveKept: ["候補をCSVで保存", "Save as CSV"],
    copyKept: ["候補をコピー", "Copy"],
    measureNext: ["次に測るもの", "What to measure next"],
    holdsOpen: ["幅の{share}%", "{share}% of the range"],
    "cost:visit": ["現地で", "on site"],
    "cost:laboratory": ["土を採って分析", "soil sample"],
    "cost:desk": ["机上で", "at the desk"],
    costs: ["事業性(この場所だからかかるもの)", "Workability (what this place takes)"],
    per10a: ["(10aあたり、最初の作まで)", "(per 10a, until the first crop is in)"],
    "between:yen": ["{low}〜{high}円", "{low} to {high} yen"],
    "amount:yen": ["{low}円", "{low} yen"],
    "orMore:yen": ["{low}円以上", "{low} yen or more"],
    "open:yen": ["円はまだ言えない", "yen cannot be told yet"],
    "between:hours": ["{low}〜{high}時間", "{low} to {high} hours"],
    "amount:hours": ["{low}時間", "{low} hours"],
    "orMore:hours": ["{low}時間以上", "{low} hours or more"],
    "open:hours": ["時間はまだ言えない", "hours cannot be told yet"],
    brief: ["{low}〜{high}", "{low}–{high}"],
    briefOpen: ["{low}〜", "{low}+"],
    briefUnknown: ["不明", "?"],
    costColumn: ["万円/10a", "¥10k/10a"],
    costHint: ["事業性: この場所だから10aあたりにかかる額(万円)。〜で終わるものは上限が言えない", "workability: what the place takes per 10a, in 10,000 yen; + where the most is not known"],
    costsWorks: ["入れてある工事: {list}。", "Works counted: {list}."],
    costsAsked: ["まだ聞いていない・載せていない前提なので、数えていないもの: {list}。", "Not counted, as it was not asked yet or is not in this map: {list}."],
    costsUnknown: ["分かれば幅が狭まるもの: {list}。", "Would narrow the range if known: {list}."],
    costsNotWorth: ["B分類の筆: 再生は、ふつう見合いません。", "Class B: restoring it is as a rule not worth it."],
    costsChanged: ["変えた重み・条件ではなく、配られた評価による額です。", "These go by the rating as handed out, not by what was changed."],
    costsNote: ["ふつうの栽培の手間・種苗・資材・売上・補助金は入っていません。", "Ordinary labour, stock, materials, sales and subsidies are not in it."],
    costsNone: ["この筆・生薬の事業性(円・時間)は、この地図に載っていません。かからないという意味ではありません。", "The workability of this parcel and herb is not in this map; that does not mean that it costs nothing."],
    csvYenLow: ["事業性 円/10a 下限", "Yen per 10a, least"],
    csvYenHigh: ["事業性 円/10a 上限", "Yen per 10a, most"],
    csvHoursLow: ["事業性 時間/10a 下限", "Hours per 10a, least"],
    csvHoursHigh: ["事業性 時間/10a 上限", "Hours per 10a, most"],
    csvNotCounted: ["数えていないもの", "Not counted"],
    csvRanked: ["順位を付けた筆数", "Parcels ranked"],
    csvWhole: ["全筆数", "Parcels in all"],
    years: ["年々の気候", "Year by year"],
    yearsMet: ["{list}がS3以上に収まる年 {met}/{years}({share}、95%の幅 {low}〜{high})。", "{list}: good for S3 or better in {met} of {years} years ({share}, 95% {low} to {high})."],
    yearsStand: ["{length}年続けて収まる見込み {stand}(連続{length}年の組 {windows}、うち重ならない組 {apart}、95%の幅 {low}〜{high})。", "Chance of {length} years running {stand} ({windows} stretches of {length}, {apart} without a year in common, 95% {low} to {high})."],
    yearsShort: ["{length}年続けて収まる見込みは、記録が短いので出しません。", "The record is too short for the chance of {length} years running."],
    yearsBad: ["外れた年に足りないもの: {factor}({list})。", "Lacking in bad years: {factor} ({list})."],
    yearsMore: [" ほか{n}年", " and {n} more"],
    yearsStill: ["平年のまま見たもの: {list}。", "Left at the normal: {list}."],
    yearsDoubt: ["目録の {list} の範囲は、確からしさ「低」です。", "The catalogue's range of {list} is of low confidence."],
    yearsFrom: ["{station}、{first}〜{last}年のうち{n}年。平年は{from}〜{to}年のうちこの地点にある{base}年の平均。", "{station}, {n} years of {first} to {last}, against the mean of the {base} years that it has of {from} to {to}."],
    yearsMissing: ["言えません({list}がこの筆で分からない)。", "Cannot be told: {list} is not known here."],
    yearsCannot: ["言えません(この生薬の気候の要因を、この地点の記録では見られない)。", "Cannot be told: the record has none of the climate factors of this herb."],
    yearsNone: ["日別の気象の記録がこの地図にないので、年ごとの当たり外れは分かりません。", "There is no daily weather in this map: good and bad years cannot be told."],
    visits: ["現地調査", "Site visits"],
    trialResults: ["この筆の試験", "Trials on this parcel"],
    plotCount: ["区数", "plots"],
    meansNote: ["処理ごとの平均(かっこ内は区数)", "means by treatment (plots in brackets)"],
    pinOnly: ["台帳のピンのみの筆です。形は登記面積の円で、実際の区画ではありません。", "Known by a register pin only: the circle has the registered area and is not the real outline."],
    parcelId: ["筆ID", "Parcel id"],
    settlement: ["大字", "Settlement"],
    lotNumber: ["地番", "Lot number"],
    areaM2: ["面積(㎡)", "Area (m²)"],
    lower: ["下限", "Lower"],
    upper: ["上限", "Upper"],
    card: ["筆の詳細", "Details of the parcel"],
    close: ["閉じる", "Close"],
    rank: ["順位", "Rank"],
    parcel: ["筆", "Parcel"],
    score: ["点", "Score"],
    klass: ["区分", "Class"],
    now: ["現況", "As it lies"],
    after: ["改良後", "After works"],
    comma: ["、", ", "],
    separator: ["・", "; "],
    equals: ["{n}筆が同じ順位", "{n} parcels share it"],
    decidedBy: ["決め手: {factor}", "decided by {factor}"],
    limitedShort: ["制限: {factor}", "limited by {factor}"],
    "kind:0": ["確か", "sure"],
    "kind:1": ["根拠しだい", "by catalogue"],
    "kind:2": ["測れば変わる", "by measuring"],
    "kind:3": ["不明", "unknown"],
    "kind:reference": ["参考", "for reference"],
    summaryNow: ["現況: {list}。", "As it lies: {list}."],
    summaryAfter: ["改良後: {list}。", "After works: {list}."],
    summaryWait: ["改良後: …", "After works: …"],
    "sum:sure": ["確かに適 {area}({n}筆)", "surely suitable {area} ({n} parcels)"],
    "sum:likely": ["根拠しだいで適 {area}({n}筆)", "suitable if the catalogue holds {area} ({n})"],
    "sum:measuring": ["測れば変わる {area}({n}筆)", "depends on measuring {area} ({n})"],
    "sum:unknown": ["不明 {area}({n}筆)", "unknown {area} ({n})"],
    "sum:not": ["確かに不適 {area}({n}筆)", "surely not suitable {area} ({n})"],
    "sum:unlikely": ["根拠しだいで不適 {area}({n}筆)", "not suitable if the catalogue holds {area} ({n})"],
    "group:sure": ["確かに適(S1〜S3)", "surely suitable (S1 to S3)"],
    "group:likely": ["根拠しだいで適", "suitable if the catalogue holds"],
    "group:measuring": ["測れば変わる", "depends on measuring"],
    "group:unknown": ["不明", "unknown"],
    "group:not": ["確かに不適(N1・N2)", "surely not suitable (N1, N2)"],
    "group:unlikely": ["根拠しだいで不適", "not suitable if the catalogue holds"],
    reference: [
      "参考: 気候・排水・土性のどれかに確かな出典がなく、区分は付けません。範囲だけを示します。",
      "For reference: a source is missing for climate, drainage or texture, so there is a range and no class.",
    ],
    notApart: ["この資料では筆の差は分からない(確かにほかより良いと言える筆がない)。順位は目安です。", "With these data parcels cannot be told apart for this herb: none is surely better than another. Ranks are a hint."],
    notApartEqual: ["この資料では筆の差は分からない(どの筆も同じ点)。", "With these data parcels cannot be told apart for this herb: all have one score."],
    getNext: ["次に手に入れるもの: {list}。", " To get next: {list}."],
    legendSure: ["濃い色: 確か", "Full colour: the class is sure"],
    legendCatalogue: ["淡色: 根拠しだい(要求条件の確かさで区分が変わりうる)", "Pale: the class depends on how far the catalogue holds"],
    legendMeasuring: ["斜線: 測れば変わる(色は範囲の下の区分)", "Hatched: depends on measuring; coloured by the lower class"],
    legendReference: ["くすんだ色: 参考(範囲の下の区分)", "Muted: for reference, by the lower class of the range"],
    classLower: ["区分の下", "Class, lower"],
    classUpper: ["区分の上", "Class, upper"],
    certainty: ["確かさ", "Certainty"],
    deciding: ["決め手", "Deciding factor"],
    afterLower: ["改良後の区分の下", "Class after works, lower"],
    afterUpper: ["改良後の区分の上", "Class after works, upper"],
    afterScore: ["改良後の点", "Score after works"],
    decidedMost: ["いちばんの決め手は{factor}です。", "{factor} would decide most."],
    byCatalogue: [
      "要求条件の確かさの分まで見ると {lower}〜{upper} で、区分の境をまたぎます(測っても縮みません)。",
      "As far as the catalogue may be off it is {lower} to {upper}, across a border of classes; no visit closes that.",
    ],
    workHelps: ["{work}({factor} → {value})", "{work} ({factor} to {value})"],
    worksHelp: ["効く作業: {list}。", "Works that help: {list}."],
    noWork: ["これを直す作業は知られていません。", "No known work mends it."],
    area: ["面積", "Area"],
    more: ["さらに{n}件を表示", "Show {n} more"],
    counted: ["{n}筆 ・ {area} ha", "{n} parcels, {area} ha"],
    countedOf: ["{all}筆のうち{n}筆 ・ {area} ha(順位はこの{n}筆の中のもの)", "{n} of {all} parcels, {area} ha; ranked among these {n}"],
    partOf: ["全{whole}筆のうち{n}筆だけを載せた地図です。順位・面積はこの{n}筆の中のものです。", "This map has only {n} of {whole} parcels. Ranks and areas are among these {n}."],
    rankAmong: ["順位({n}筆の中)", "Rank (of {n})"],
    none: ["該当する筆がありません。", "No parcel matches."],
    noParcels: ["この地図には筆がありません。", "This map has no parcels."],
    listOpen: ["一覧を開く", "Open the list"],
    listClose: ["一覧を閉じる", "Close the list"],
    made: ["作成", "Made"],
    audience: ["配布先", "For"],
    seal: ["封印", "Seal"],
    interval: ["幅 {lower}–{upper}", "range {lower}–{upper}"],
    limiting: ["制限要因", "Limiting factor"],
    limitedBy: ["制限要因は{factor}({value})です。", "Limited by {factor} ({value})."],
    notLimited: ["点を下げている既知の要因はありません。", "No known factor lowers the score."],
    excludedByLayer: [
      "除外図「{layer}」に当たるため、どの生薬にも不適です。",
      "The exclusion layer '{layer}' rules every herb out.",
    ],
    excludedBy: [
      "{factor}({value})が不適条件に当たるため、この生薬には不適です。",
      "{factor} ({value}) rules this herb out.",
    ],
    unknownFactors: [
      "未把握の要因が{n}つあり、点は{lower}から{upper}の間です: {list}。",
      "{n} factors are unknown, so the score lies between {lower} and {upper}: {list}.",
    ],
    noScore: [
      "この生薬の要因が一つもわかっていないため、評価できません。",
      "None of this herb's factors is known, so there is no score.",
    ],
    factor: ["要因", "Factor"],
    value: ["値", "Value"],
    membership: ["適合度", "Fit"],
    weight: ["重み", "Weight"],
    origin: ["出所", "From"],
    unknown: ["未把握", "unknown"],
    knockOut: ["不適条件", "can exclude"],
    reasons: ["理由", "Reasons"],
    attributes: ["筆の情報", "The parcel"],
    otherHerbs: ["この筆で適地度の高い生薬", "Herbs that score best here"],
    trialPlots: ["試験区", "Trial plot"],
    trial: ["試験", "Trial"],
    zoomIn: ["拡大して試験区を見る", "Zoom in to the plots"],
    treatment: ["処理", "Treatment"],
    shareHint: ["確かさごとの筆数と、面積。押すと隠します", "parcels by certainty, and area; press to hide"],
    contains: ["載っているもの", "What it holds"],
    containsText: [
      "{n}筆の区画と立地要因、{herbs}種類の生薬の要求条件。適地度はこのページの中で計算しています。",
      "Outlines and site factors of {n} parcels, and the requirements of {herbs} herbs. The page computes the scores itself.",
    ],
    network: [
      "このページは何も送信せず、何も受信しません。インターネットなしで開けます。",
      "This page sends nothing and fetches nothing. It opens without a network.",
    ],
    tilesNote: [
      "背景地図(地理院タイル)だけをインターネットから受信します。",
      "Only the background tiles come from the internet (GSI Japan).",
    ],
    precision: ["区画の精度", "Precision of outlines"],
    precisionText: [
      "頂点は元の位置から最大{m} mずれています。面積は元の図形から測った値です。",
      "Corners lie at most {m} m from where they were. Areas were measured on the original outlines.",
    ],
    reading: ["読み方", "How to read it"],
    readingText: [
      "点は0から1で、最も悪い要因の適合度 m と、重みを付けた幾何平均 g から √(m·g) で決まります(制限法)。{s1}以上がS1(高度適)、{s2}以上がS2(中程度適)、{s3}以上がS3(限界適)、それ未満がN1、どんな作業でも直らない所がN2です。方法を変えた地図ではその方法によります。",
      "A score from 0 to 1 is √(m·g) of the worst fit m and the weighted geometric mean g (limitation). S1 (high) from {s1}, S2 (moderate) from {s2}, S3 (marginal) from {s3}, N1 below, N2 where no known work mends it. A map made by another method goes by that.",
    ],
    readingSure: [
      "わからない要因は、いちばん悪い値からいちばん良い値までの幅で見ます。幅が一つの区分に収まれば「確か」、要求条件の確かさしだいで境をまたぐなら「根拠しだい」、幅が境をまたげば「測れば変わる」(範囲を示し、色は下の区分)、重みの6割も分かっていなければ「不明」です。順位は控えめな見込みの点で付け、同じ点の筆は同じ順位です。",
      "Unknown factors count from their worst to their best. One class throughout is “sure”; if the catalogue's own uncertainty crosses a border it is “by catalogue”; if the range crosses one, “by measuring” (a range, coloured by the lower class); with less than 60% of the weight known, “unknown”. Ranks go by a cautious expectation; equal parcels share a rank.",
    ],
    readingAfter: [
      "「改良後」は、排水・石灰・深耕などの知られた作業のうち、その生薬に良いものだけを行った場合です。かかる円と時間は札の「事業性」にあります。現地の判断に代わるものではありません。",
      "“After works” is with those known works (drains, liming, deep tillage …) that help the herb; what they take stands under workability on the card. It does not replace judgement on site.",
    ],
    sources: ["出典と利用条件", "Sources and licences"],
    noSources: ["出典の記載はありません。", "No sources were given."],
    software: [
      "地図の表示: Leaflet(BSD-2-Clause)、folium。作成: kanpo。",
      "Drawn with Leaflet (BSD-2-Clause) and folium; made by kanpo.",
    ],
    tooOld: [
      "お使いのブラウザーではこの地図を開けません。Microsoft Edge、Google Chrome、Firefox、Safari の新しい版で開いてください。",
      "This browser cannot open the map. Use a current Microsoft Edge, Google Chrome, Firefox or Safari.",
    ],
    damaged: [
      "地図のデータが壊れています。ファイルをもう一度受け取ってください。",
      "The map's data are damaged. Please get the file again.",
    ],
    class0: ["不明", "unknown"],
    class1: ["高度適", "high"],
    class2: ["中程度適", "moderate"],
    class3: ["限界適", "marginal"],
    class4: ["現状不適", "currently not"],
    class5: ["不適", "not suitable"],
    "from:visit": ["現地調査", "site visit"],
    "from:attribute": ["台帳など", "attribute"],
    "from:layer": ["地図", "map"],
    "from:measured": ["計測", "measured"],
  };

  const units = {
    degC: ["℃", "°C"],
    "degC month": ["℃・月", "°C·month"],
    deg: ["°", "°"],
    year: ["年", "years"],
    m2: ["㎡", "m²"],
    "-": ["", ""],
  };

  let speaking = 0;

  function say(key, values) {
    const text = words[key][speaking];
    return values ? text.replace(/\{(\w+)\}/g, (_, name) => String(values[name])) : text;
  }

  /** The current language of a [Japanese, English] pair; anything else as it is. */
  function pick(pair) {
    return Array.isArray(pair) ? pair[speaking] : pair;
  }

  /** A factor's label without what stands in brackets or after a colon. */
  function short(pair) {
    return pick(pair).split(/[:(（]/)[0].trim() || pick(pair);
  }

  function unit(name) {
    return name in units ? units[name][speaking] : name;
  }

  function number(value, digits) {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    return value.toLocaleString("en-US", { minimumFractionDigits: 0, maximumFractionDigits: digits ?? (Math.abs(value) < 100 ? 2 : 0) });
  }

  function score(value) {
    return Number.isNaN(value) ? "–" : value.toFixed(2);
  }

  /** Area in square metres, with its unit. */
  function area(squareMetres) {
    return Number.isNaN(squareMetres) ? "–" : `${number(squareMetres, 0)} ${unit("m2")}`;
  }

  function setLanguage(language) {
    speaking = language === "en" ? 1 : 0;
  }

  kanpo.strings = {
    say, pick, short, unit, number, score, area, setLanguage, words,
    language: () => (speaking ? "en" : "ja"),
  };
  if (typeof module !== "undefined") module.exports = kanpo;
})(globalThis);
