using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Telemetry;

namespace ImageGateway.SystemTests.Telemetry;

/// <summary><c>/metrics</c> of a gateway that works.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Jobs_are_counted_by_how_they_went()
    {
        await using var gateway = await MeteredGateway.StartAsync();
        gateway.Faults.Add(new FaultRule { Account = "west", Fault = new Fault { Status = 500 }, Times = 1 });
        using var first = await gateway.GenerateAsync();
        using var second = await gateway.GenerateAsync();
        using var unknown = await gateway.GenerateAsync(key: "igw_nobody");

        var metrics = await ScrapeAsync(gateway, requests: 3);

        Assert.Equal(1, Value(metrics, "imagegateway_requests_total", ("tenant", "acme"), ("target", "east/gpt-image-1"), ("outcome", "completed")));
        Assert.Equal(1, Value(metrics, "imagegateway_requests_total", ("tenant", "acme"), ("target", "west/gpt-image-1"), ("outcome", "completed")));
        Assert.Equal(1, Value(metrics, "imagegateway_attempts_total", ("target", "west/gpt-image-1"), ("outcome", "failed")));
        Assert.Equal(1, Value(metrics, "imagegateway_failovers_total", ("target", "west/gpt-image-1")));
        Assert.Equal(1, Value(metrics, "imagegateway_images_total", ("target", "east/gpt-image-1"), ("tenant", "acme")));
        Assert.Equal(272, Value(metrics, "imagegateway_tokens_total", ("target", "east/gpt-image-1"), ("type", "image_output")));
        Assert.InRange(Value(metrics, "imagegateway_cost_usd_total", ("target", "east/gpt-image-1")), 0.01, 0.02);
        Assert.Equal(1, Value(metrics, "imagegateway_request_duration_seconds_count", ("target", "east/gpt-image-1"), ("outcome", "completed")));
        Assert.Equal(1, Value(metrics, "imagegateway_time_to_first_event_seconds_count", ("target", "east/gpt-image-1")));
        Assert.Equal(1, Value(metrics, "imagegateway_requests_total", ("tenant", "none"), ("target", "none"), ("outcome", "refused"), ("code", "invalid_api_key")));
    }

    [Fact]
    public async Task Refusals_before_the_job_are_counted_by_the_code_of_their_answer()
    {
        await using var gateway = await MeteredGateway.StartAsync(tenant: """  , "Limits": { "RequestsPerMinute": 2 }  """);
        using var broken = await gateway.GenerateAsync(prompt: "\"");
        using var unnamed = await gateway.GenerateAsync(prompt: "");
        using var tooMany = await gateway.GenerateAsync();

        var metrics = await ScrapeAsync(gateway, requests: 3);

        foreach (var refused in (HttpResponseMessage[])[broken, unnamed, tooMany])
        {
            var code = (string)JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["error"]!["code"]!;
            Assert.Equal(1, Value(metrics, "imagegateway_requests_total", ("tenant", "acme"), ("target", "none"), ("outcome", "refused"), ("code", code)));
        }
        Assert.Equal((400, 400, 429), ((int)broken.StatusCode, (int)unnamed.StatusCode, (int)tooMany.StatusCode));
    }

    [Fact]
    public async Task Answer_that_is_given_again_is_counted_with_what_it_did_not_cost()
    {
        await using var gateway = await MeteredGateway.StartAsync(tenant: """  , "Cache": { "Ttl": "01:00:00" }  """);
        using var drawn = await gateway.GenerateAsync();
        using var again = await gateway.GenerateAsync();
        Assert.Equal("hit", again.Header("x-gateway-cache"));

        var metrics = await ScrapeAsync(gateway, requests: 2);

        Assert.Equal((1, 1), (Value(metrics, "imagegateway_cache_requests_total", ("tenant", "acme"), ("result", "miss")), Value(metrics, "imagegateway_cache_requests_total", ("tenant", "acme"), ("result", "hit"))));
        Assert.Equal(1, Value(metrics, "imagegateway_requests_total", ("model", "gpt-image-1"), ("target", "none"), ("outcome", "cached")));
        Assert.Equal(Value(metrics, "imagegateway_cost_usd_total"), Value(metrics, "imagegateway_avoided_cost_usd_total", ("tenant", "acme"), ("model", "gpt-image-1")));
        Assert.True(Value(metrics, "imagegateway_cache_memory_bytes") > 1000);
    }

    [Fact]
    public async Task State_of_targets_and_parts_is_shown()
    {
        await using var gateway = await MeteredGateway.StartAsync();
        await gateway.AdminAsync("/admin/v1/targets/west/gpt-image-1/drain");

        var metrics = await ScrapeAsync(gateway, requests: 0);

        Assert.Equal((1, 0), (Value(metrics, "imagegateway_target_state", ("target", "west/gpt-image-1"), ("state", "drained")), Value(metrics, "imagegateway_target_state", ("target", "west/gpt-image-1"), ("state", "healthy"))));
        Assert.Equal(1, Value(metrics, "imagegateway_target_state", ("target", "east/gpt-image-1"), ("state", "healthy")));
        foreach (var name in (string[])["imagegateway_queue_length", "imagegateway_reservations_held", "imagegateway_ledger_lag_seconds", "imagegateway_ledger_queue", "imagegateway_buffers_used_bytes", "imagegateway_buffers_idle_bytes"])
            Assert.Equal("gauge", metrics[name].Type);
        Assert.Equal("counter", metrics["imagegateway_store_errors_total"].Type);
    }

    // The variable is the operator's word on what is exported. What Prometheus asks for is not.
    [Fact]
    public async Task Metrics_are_told_also_where_opentelemetry_is_off()
    {
        await using var gateway = await MeteredGateway.StartAsync(environment: ("OTEL_SDK_DISABLED", "true"));
        using var drawn = await gateway.GenerateAsync();

        var metrics = await ScrapeAsync(gateway, requests: 1);

        Assert.Equal(1, Value(metrics, "imagegateway_images_total", ("tenant", "acme")));
    }

    /// <summary>What is told when so many requests were counted: a job is counted when its client may have the answer already.</summary>
    private static async Task<Dictionary<string, Family>> ScrapeAsync(MeteredGateway gateway, int requests)
    {
        Dictionary<string, Family> metrics = [];
        await Until.TrueAsync(
            async () =>
            {
                using var response = await gateway.Http.GetAsync("/metrics");
                Assert.Equal(MediaTypeHeaderValue.Parse("text/plain; version=0.0.4; charset=utf-8"), response.Content.Headers.ContentType);
                metrics = PrometheusParser.Parse(await response.Content.ReadAsStringAsync());
                return Value(metrics, "imagegateway_requests_total") == requests;
            },
            $"{requests} requests are counted");
        return metrics;
    }

    private static double Value(Dictionary<string, Family> metrics, string name, params (string Name, string Value)[] labels) => metrics.Values
        .SelectMany(family => family.Samples).Where(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value)).Sum(sample => sample.Value);
}
