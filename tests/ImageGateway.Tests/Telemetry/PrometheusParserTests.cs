namespace ImageGateway.Tests.Telemetry;

/// <summary>The parser that the exporter is tested with must itself refuse what is wrong.</summary>
public sealed class PrometheusParserTests
{
    private const string Head = "# HELP a_total Help.\n# TYPE a_total counter\n";

    [Theory]
    [InlineData("a_total{b=\"c\"} 1\n")]
    [InlineData("a_total 1.5e-07\n")]
    [InlineData("")]
    public void What_is_right_passes(string samples) => Assert.Single(PrometheusParser.Parse(Head + samples));

    [Theory]
    [InlineData(Head + "a_total 1")]
    [InlineData(Head + "b_total 1\n")]
    [InlineData(Head + "a_total{b=c} 1\n")]
    [InlineData(Head + "a_total{b=\"c\\d\"} 1\n")]
    [InlineData(Head + "a_total{b=\"c\",b=\"d\"} 1\n")]
    [InlineData(Head + "a_total 1\na_total 2\n")]
    [InlineData(Head + "a_total -1\n")]
    [InlineData(Head + Head)]
    [InlineData("# HELP a Help.\n# TYPE a counter\na 1\n")]
    [InlineData("# HELP a Help.\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n")]
    [InlineData("# HELP a Help.\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n")]
    [InlineData("# HELP a Help.\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n")]
    public void What_is_wrong_does_not(string text) => Assert.Throws<FormatException>(() => PrometheusParser.Parse(text));
}
