using System.Text.RegularExpressions;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Telemetry;
using ImageGateway.Tests.Telemetry;

namespace ImageGateway.SystemTests.Deploy;

/// <summary>Dashboards, alerts and the documents name only metrics, and labels of them, that a running gateway has.</summary>
public sealed partial class MetricNameTests
{
    [Fact]
    public async Task Every_name_is_a_metric_of_a_running_gateway()
    {
        await using var gateway = await MeteredGateway.StartAsync(""" , "Alerts": { "Thresholds": [ 1 ] } """, """ , "Limits": { "UsdPerDay": 0.1 }, "Cache": { "Ttl": "01:00:00" } """);
        gateway.Faults.Add(new FaultRule { Account = "west", Fault = new Fault { Status = 500 }, Times = 1 });
        using var job = await gateway.GenerateAsync();
        Assert.True(job.IsSuccessStatusCode, await job.Content.ReadAsStringAsync());
        using var again = await gateway.GenerateAsync();

        Dictionary<string, Family> metrics = [];
        await Until.TrueAsync(async () => (metrics = PrometheusParser.Parse(await gateway.Http.GetStringAsync("/metrics"))).ContainsKey("imagegateway_budget_alerts_total"), "the alert of the budget");

        var samples = metrics.Values.SelectMany(family => family.Samples).ToLookup(sample => sample.Name);
        foreach (var file in (string[])["prometheus/rules.yml", "grafana/dashboards/imagegateway.json"])
            Check(file, File.ReadAllText(Path.Combine(Yaml.Folder, file)), samples);
        var documented = Name().Matches(File.ReadAllText(Path.Combine(Yaml.Folder, "..", "docs", "operations.md"))).Select(match => match.Value).Distinct();
        // Some come only with what they count.
        Assert.Empty(metrics.Keys.Where(name => name.StartsWith("imagegateway_", StringComparison.Ordinal)).Except(documented));
    }

    private static void Check(string file, string text, ILookup<string, Sample> samples)
    {
        var names = Name().Matches(text).Select(match => match.Value).Distinct().ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(samples.Contains(name), $"{file}: there is no {name}"));
        foreach (Match use in Selector().Matches(text.Replace("\\\"", "\"", StringComparison.Ordinal)))
        {
            foreach (Match label in Label().Matches(use.Groups["labels"].Value))
                Assert.True(samples[use.Groups["name"].Value].Any(sample => sample.Labels.ContainsKey(label.Groups["label"].Value)), $"{file}: {use.Value}");
        }
    }

    [GeneratedRegex(@"\b(imagegateway|dotnet)_[a-z_]+\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"(?<name>(imagegateway|dotnet)_[a-z_]+)\{(?<labels>[^}]*)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Selector();

    [GeneratedRegex(@"(?<label>[a-z_]+)\s*(=|!=|=~|!~)\s*""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();
}
