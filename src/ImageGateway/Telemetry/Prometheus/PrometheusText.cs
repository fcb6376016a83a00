using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;

namespace ImageGateway.Telemetry.Prometheus;

/// <summary>Writes metrics in Prometheus's text format 0.0.4: a family at a time, with help, type and its samples.</summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _families = [];

    /// <summary>The text so far.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Writes a sample that describes the measured process.</summary>
    public void Target(IEnumerable<KeyValuePair<string, object>> resource)
    {
        Head("target_info", "The measured process.", "gauge");
        _text.Append("target_info");
        Labels([.. resource.Select(attribute => (PrometheusName.Label(attribute.Key), Text(attribute.Value)))]);
        Value(1);
    }

    /// <summary>Writes a metric. One whose name was already written is left out, since a family must appear only once.</summary>
    public void Metric(Metric metric)
    {
        var name = PrometheusName.Of(metric.Name, metric.Unit, metric.MetricType);
        if (metric.MetricType == MetricType.ExponentialHistogram || !_families.Add(name))
            return;
        Head(name, metric.Description, metric.MetricType == MetricType.Histogram ? "histogram" : PrometheusName.IsCounter(metric.MetricType) ? "counter" : "gauge");
        foreach (var point in metric.GetMetricPoints())
        {
            if (metric.MetricType == MetricType.Histogram)
                Histogram(name, point);
            else
                Sample(name, Labels(point), Of(metric.MetricType, point));
        }
    }

    private static double Of(MetricType type, MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
        MetricType.LongGauge => point.GetGaugeLastValueLong(),
        _ => point.GetGaugeLastValueDouble(),
    };

    private void Histogram(string name, MetricPoint point)
    {
        var (labels, count) = (Labels(point), 0L);
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            Sample($"{name}_bucket", [.. labels, ("le", Number(bucket.ExplicitBound))], count);
        }
        Sample($"{name}_sum", labels, point.GetHistogramSum());
        Sample($"{name}_count", labels, point.GetHistogramCount());
    }

    private void Head(string name, string help, string type)
    {
        _text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    private void Sample(string name, IReadOnlyList<(string Name, string Value)> labels, double value)
    {
        _text.Append(name);
        Labels(labels);
        Value(value);
    }

    private void Value(double value) => _text.Append(' ').Append(Number(value)).Append('\n');

    // Names that map to the same label would be a duplicate; the first is kept.
    private static List<(string Name, string Value)> Labels(MetricPoint point)
    {
        var labels = new List<(string Name, string Value)>();
        foreach (var (key, value) in point.Tags)
        {
            if (PrometheusName.Label(key) is var name && !labels.Exists(label => label.Name == name))
                labels.Add((name, Text(value)));
        }
        return labels;
    }

    private void Labels(IReadOnlyList<(string Name, string Value)> labels)
    {
        for (var i = 0; i < labels.Count; i++)
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escaped(labels[i].Value)).Append('"');
        if (labels.Count > 0)
            _text.Append('}');
    }

    private static string Text(object? value) => value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static string Escaped(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}
