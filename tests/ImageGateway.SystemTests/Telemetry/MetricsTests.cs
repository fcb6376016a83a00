using System.Net.Http.Headers;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Telemetry;

namespace ImageGateway.SystemTests.Telemetry;

/// <summary><c>/metrics</c> of a gateway that works. All gateways of a process share their meters' names, so targets are named by the test.</summary>
public sealed class MetricsTests
{
    private readonly string _west = $"west{Guid.NewGuid():N}";
    private readonly string _east = $"east{Guid.NewGuid():N}";

    [Fact]
    public async Task Jobs_are_counted_by_how_they_went()
    {
        await using var gateway = await StartAsync();
        gateway.Faults.Add(new FaultRule { Account = _west, Fault = new Fault { Status = 500 }, Times = 1 });
        using var first = await gateway.GenerateAsync();
        using var second = await gateway.GenerateAsync();
        using var wrong = await gateway.GenerateAsync("""{"model":"gpt-image-1","prompt":"a fox","n":11}""");

        var metrics = await ScrapeAsync(gateway);

        Assert.Equal(1, Value(metrics, "imagegateway_requests_total", ("tenant", "acme"), ("target", $"{_east}/gpt-image-1"), ("outcome", "completed")));
        Assert.Equal(1, Value(metrics, "imagegateway_requests_total", ("tenant", "acme"), ("target", $"{_west}/gpt-image-1"), ("outcome", "completed")));
        Assert.Equal(1, Value(metrics, "imagegateway_attempts_total", ("target", $"{_west}/gpt-image-1"), ("outcome", "failed")));
        Assert.Equal(1, Value(metrics, "imagegateway_failovers_total", ("target", $"{_west}/gpt-image-1")));
        Assert.Equal(1, Value(metrics, "imagegateway_images_total", ("target", $"{_east}/gpt-image-1"), ("tenant", "acme")));
        Assert.Equal(272, Value(metrics, "imagegateway_tokens_total", ("target", $"{_east}/gpt-image-1"), ("type", "image_output")));
        Assert.InRange(Value(metrics, "imagegateway_cost_usd_total", ("target", $"{_east}/gpt-image-1")), 0.01, 0.02);
        Assert.Equal(1, Value(metrics, "imagegateway_request_duration_seconds_count", ("target", $"{_east}/gpt-image-1"), ("outcome", "completed")));
        Assert.Equal(1, Value(metrics, "imagegateway_time_to_first_event_seconds_count", ("target", $"{_east}/gpt-image-1")));
        Assert.True(Value(metrics, "imagegateway_requests_total", ("tenant", "acme"), ("target", "none"), ("outcome", "refused")) >= 1);
    }

    [Fact]
    public async Task State_of_targets_and_parts_is_shown()
    {
        await using var gateway = await StartAsync();
        await gateway.AdminAsync(HttpMethod.Post, $"/admin/v1/targets/{_west}/gpt-image-1/drain");

        var metrics = await ScrapeAsync(gateway);

        Assert.Equal((1, 0), (Value(metrics, "imagegateway_target_state", ("target", $"{_west}/gpt-image-1"), ("state", "drained")), Value(metrics, "imagegateway_target_state", ("target", $"{_west}/gpt-image-1"), ("state", "healthy"))));
        Assert.Equal(1, Value(metrics, "imagegateway_target_state", ("target", $"{_east}/gpt-image-1"), ("state", "healthy")));
        foreach (var name in (string[])["imagegateway_queue_length", "imagegateway_reservations_held", "imagegateway_ledger_lag_seconds", "imagegateway_ledger_queue", "imagegateway_buffers_used_bytes"])
            Assert.Equal("gauge", metrics[name].Type);
        Assert.Equal("counter", metrics["imagegateway_store_errors_total"].Type);
    }

    private Task<OwnGateway> StartAsync() => OwnGateway.StartAsync(
        $$"""
        "Providers": { {{OwnGateway.Account(_west)}}, {{OwnGateway.Account(_east)}} },
        "Routes": [ { "Name": "both", "Targets": [ "{{_west}}/gpt-image-1", "{{_east}}/gpt-image-1" ] } ]
        """);

    private static async Task<Dictionary<string, Family>> ScrapeAsync(OwnGateway gateway)
    {
        using var keyless = new HttpClient { BaseAddress = gateway.Http.BaseAddress };
        using var response = await keyless.GetAsync("/metrics");
        Assert.Equal(MediaTypeHeaderValue.Parse("text/plain; version=0.0.4; charset=utf-8"), response.Content.Headers.ContentType);
        return PrometheusParser.Parse(await response.Content.ReadAsStringAsync());
    }

    private static double Value(Dictionary<string, Family> metrics, string name, params (string Name, string Value)[] labels) => metrics.Values
        .SelectMany(family => family.Samples).Where(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value)).Sum(sample => sample.Value);
}
