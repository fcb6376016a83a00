using System.Buffers;
using OpenTelemetry.Metrics;

namespace ImageGateway.Telemetry.Prometheus;

/// <summary>OpenTelemetry names in Prometheus's alphabet, with the unit and the type as suffixes, by OpenTelemetry's compatibility rules.</summary>
internal static class PrometheusName
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    /// <summary>The name of a metric: <c>imagegateway_request_duration_seconds</c>.</summary>
    public static string Of(string name, string unit, MetricType type)
    {
        var whole = Cleaned(name);
        if (Unit(unit, type) is { Length: > 0 } suffix && !whole.EndsWith($"_{suffix}", StringComparison.Ordinal))
            whole = $"{whole}_{suffix}";
        return IsCounter(type) && !whole.EndsWith("_total", StringComparison.Ordinal) ? whole + "_total" : whole;
    }

    /// <summary>The name of a label.</summary>
    public static string Label(string name) => Cleaned(name);

    /// <summary>True for a sum that only grows.</summary>
    public static bool IsCounter(MetricType type) => type is MetricType.LongSum or MetricType.DoubleSum;

    private static string Cleaned(string name)
    {
        if (name.AsSpan().IndexOfAnyExcept(Letters) < 0 && !char.IsAsciiDigit(name[0]))
            return name;
        var cleaned = string.Create(name.Length, name, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = Letters.Contains(from[i]) ? from[i] : '_';
        });
        return char.IsAsciiDigit(cleaned[0]) ? $"_{cleaned}" : cleaned;
    }

    // A unit in braces is only an annotation.
    private static string Unit(string unit, MetricType type) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "By" => "bytes",
        "1" => IsCounter(type) || type == MetricType.Histogram ? "" : "ratio",
        _ => unit.Length == 0 || unit[0] == '{' ? "" : Cleaned(unit),
    };
}
