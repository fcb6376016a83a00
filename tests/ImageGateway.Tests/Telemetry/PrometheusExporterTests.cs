using System.Diagnostics.Metrics;
using ImageGateway.Telemetry.Prometheus;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ImageGateway.Tests.Telemetry;

public sealed class PrometheusExporterTests : IDisposable
{
    private readonly Meter _meter = new($"test.{Guid.NewGuid():N}");
    private readonly PrometheusExporter _exporter = new();
    private readonly MeterProvider _provider;

    public PrometheusExporterTests() =>
        _provider = Sdk.CreateMeterProviderBuilder().AddMeter(_meter.Name).AddReader(new BaseExportingMetricReader(_exporter)).Build();

    public void Dispose()
    {
        _provider.Dispose();
        _meter.Dispose();
    }

    [Theory]
    [InlineData("a.b", "{thing}", "a_b_total")]
    [InlineData("a.b", "s", "a_b_seconds_total")]
    [InlineData("a.b", "By", "a_b_bytes_total")]
    [InlineData("a.b", "1", "a_b_total")]
    [InlineData("a.b.total", "{thing}", "a_b_total")]
    [InlineData("a-b/c", "km/h", "a_b_c_km_h_total")]
    public void Counter_is_named_with_its_unit_and_total(string name, string unit, string expected)
    {
        _meter.CreateCounter<long>(name, unit, "Help.").Add(3);

        var family = Scrape()[expected];

        Assert.Equal(("counter", "Help.", 3.0), (family.Type, family.Help, family.Samples.Single().Value));
    }

    [Fact]
    public void Labels_and_help_are_escaped()
    {
        const string Nasty = "back\\slash, \"quotes\",\nnew=line} é";
        _meter.CreateCounter<long>("a", null, "One\nline \\ \"two\"").Add(1, new KeyValuePair<string, object?>("some.key", Nasty));

        var family = Scrape()["a_total"];

        Assert.Equal("One\nline \\ \"two\"", family.Help);
        Assert.Equal(Nasty, family.Samples.Single().Labels["some_key"]);
    }

    [Fact]
    public void Histogram_counts_up_to_each_bound()
    {
        var histogram = _meter.CreateHistogram("wait", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2.5] });
        foreach (var value in (double[])[0.5, 1, 2, 7])
            histogram.Record(value, new KeyValuePair<string, object?>("target", "a"));

        var samples = Scrape()["wait_seconds"].Samples;

        Assert.Equal([("1", 2.0), ("2.5", 3.0), ("+Inf", 4.0)], samples.Where(sample => sample.Name == "wait_seconds_bucket").Select(sample => (sample.Labels["le"], sample.Value)));
        Assert.Equal(10.5, samples.Single(sample => sample.Name == "wait_seconds_sum").Value);
        Assert.Equal(4, samples.Single(sample => sample.Name == "wait_seconds_count").Value);
    }

    [Fact]
    public void Gauge_and_sum_that_may_fall_are_gauges()
    {
        _meter.CreateObservableGauge("share", () => 0.25, "1");
        _meter.CreateUpDownCounter<long>("open", "{call}").Add(-2);

        var families = Scrape();

        Assert.Equal(("gauge", 0.25), (families["share_ratio"].Type, families["share_ratio"].Samples.Single().Value));
        Assert.Equal(("gauge", -2.0), (families["open"].Type, families["open"].Samples.Single().Value));
    }

    [Fact]
    public void Numbers_that_are_none_are_written_as_the_format_has_them()
    {
        _meter.CreateObservableGauge<double>("odd", () => (IEnumerable<Measurement<double>>)[new Measurement<double>(double.NaN, new KeyValuePair<string, object?>("a", 1)), new(double.NegativeInfinity, new KeyValuePair<string, object?>("a", true))]);

        var samples = Scrape()["odd"].Samples;

        Assert.Equal(double.NaN, samples.Single(sample => sample.Labels["a"] == "1").Value);
        Assert.Equal(double.NegativeInfinity, samples.Single(sample => sample.Labels["a"] == "true").Value);
    }

    [Fact]
    public void Two_names_that_come_to_one_make_one_family()
    {
        _meter.CreateCounter<long>("a.b").Add(1);
        _meter.CreateCounter<long>("a_b").Add(2);

        Assert.Single(Scrape()["a_b_total"].Samples);
    }

    [Fact]
    public void Counters_go_on_from_one_scrape_to_the_next()
    {
        var counter = _meter.CreateCounter<long>("a");
        counter.Add(1);
        Scrape();
        counter.Add(1);

        Assert.Equal(2, Scrape()["a_total"].Samples.Single().Value);
    }

    private Dictionary<string, Family> Scrape() => PrometheusParser.Parse(_exporter.Scrape());
}
