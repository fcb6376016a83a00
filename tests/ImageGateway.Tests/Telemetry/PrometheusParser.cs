using System.Globalization;
using System.Text.RegularExpressions;

namespace ImageGateway.Tests.Telemetry;

/// <summary>One sample of Prometheus's text format.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>A metric family: its type, help and samples.</summary>
internal sealed record Family(string Name, string Type, string Help, List<Sample> Samples);

/// <summary>Reads Prometheus's text format 0.0.4 as strictly as its description has it; anything else is a <see cref="FormatException"/>.</summary>
internal static partial class PrometheusParser
{
    private static readonly string[] Types = ["counter", "gauge", "histogram", "summary", "untyped"];

    public static Dictionary<string, Family> Parse(string text)
    {
        Require(text.EndsWith('\n'), "the last line has no end");
        var families = new Dictionary<string, Family>();
        Family? family = null;
        foreach (var line in text[..^1].Split('\n'))
        {
            if (Head().Match(line) is { Success: true } head)
                family = Begin(families, family, head);
            else
                family = Add(families, family, Read(line));
        }
        foreach (var made in families.Values)
            Check(made);
        return families;
    }

    private static Family Begin(Dictionary<string, Family> families, Family? before, Match head)
    {
        var (kind, name, rest) = (head.Groups["kind"].Value, head.Groups["name"].Value, head.Groups["rest"].Value);
        if (kind == "HELP")
        {
            var made = new Family(name, "", Unescaped(rest, quotes: false), []);
            Require(families.TryAdd(name, made), $"{name} has two heads");
            return made;
        }
        Require(before?.Name == name && before.Type.Length == 0 && before.Samples.Count == 0, $"the type of {name} is not behind its help");
        Require(Types.Contains(rest), $"{name} has the type {rest}");
        return families[name] = before! with { Type = rest };
    }

    private static Family Add(Dictionary<string, Family> families, Family? family, Sample sample)
    {
        var own = family is not null && (sample.Name == family.Name || (family.Type == "histogram" && (string[])["_bucket", "_sum", "_count"] is var ends && ends.Any(end => sample.Name == family.Name + end)));
        Require(own, $"{sample.Name} stands outside of its family");
        Require(!family!.Samples.Exists(other => other.Name == sample.Name && Same(other.Labels, sample.Labels)), $"{sample.Name} stands twice with the same labels");
        families[family.Name].Samples.Add(sample);
        return family;
    }

    private static Sample Read(string line)
    {
        var match = Line().Match(line);
        Require(match.Success, $"cannot be read: {line}");
        var labels = new Dictionary<string, string>();
        foreach (Match label in Label().Matches(match.Groups["labels"].Value))
            Require(labels.TryAdd(label.Groups["name"].Value, Unescaped(label.Groups["value"].Value, quotes: true)), $"a label twice: {line}");
        return new Sample(match.Groups["name"].Value, labels, Number(match.Groups["value"].Value));
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static void Check(Family family)
    {
        Require(family.Type.Length > 0, $"{family.Name} has no type");
        Require(family.Type != "counter" || (family.Name.EndsWith("_total", StringComparison.Ordinal) && family.Samples.TrueForAll(sample => sample.Value >= 0)), $"{family.Name} is no counter");
        Require(family.Type == "counter" || !family.Name.EndsWith("_total", StringComparison.Ordinal), $"{family.Name} is named as a counter");
        if (family.Type == "histogram")
            CheckHistogram(family);
    }

    private static void CheckHistogram(Family family)
    {
        foreach (var series in family.Samples.GroupBy(sample => string.Join(',', sample.Labels.Where(label => label.Key != "le").OrderBy(label => label.Key))))
        {
            var buckets = series.Where(sample => sample.Name == $"{family.Name}_bucket").ToList();
            var bounds = buckets.Select(bucket => Number(bucket.Labels["le"])).ToList();
            Require(bounds.Count > 0 && double.IsPositiveInfinity(bounds[^1]), $"{family.Name} has no bucket for all");
            Require(bounds.SequenceEqual(bounds.Order()) && buckets.Select(bucket => bucket.Value).SequenceEqual(buckets.Select(bucket => bucket.Value).Order()), $"the buckets of {family.Name} do not grow");
            Require(series.Count(sample => sample.Name == $"{family.Name}_sum") == 1, $"{family.Name} has no sum");
            Require(series.Single(sample => sample.Name == $"{family.Name}_count").Value == buckets[^1].Value, $"the count of {family.Name} is not that of its last bucket");
        }
    }

    private static string Unescaped(string text, bool quotes)
    {
        var rest = text.Replace("\\\\", "", StringComparison.Ordinal).Replace("\\n", "", StringComparison.Ordinal).Replace(quotes ? "\\\"" : "\0", "", StringComparison.Ordinal);
        Require(!rest.Contains('\\', StringComparison.Ordinal), $"an escape that there is not: {text}");
        return Escape().Replace(text, match => match.Value[1] == 'n' ? "\n" : match.Value[1..]);
    }

    private static bool Same(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b) => a.Count == b.Count && a.All(label => b.TryGetValue(label.Key, out var value) && value == label.Value);

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new FormatException(otherwise);
    }

    [GeneratedRegex("""^# (?<kind>HELP|TYPE) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>.*)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Head();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*",?)+)\})? (?<value>NaN|[+-]Inf|[-+]?[0-9][0-9.eE+-]*)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\]|\\.)*)" """, RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace, 1000)]
    private static partial Regex Label();

    [GeneratedRegex("""\\["\\n]""", RegexOptions.None, 1000)]
    private static partial Regex Escape();
}
