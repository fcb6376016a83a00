using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Telemetry;

/// <summary>Traces and metrics as a collector gets them.</summary>
public sealed class OtlpTests
{
    private const string ClientTrace = "0af7651916cd43dd8448eb211c80319c";
    private const string ClientSpan = "b7ad6b7169203331";
    private const string Secret = "a very secret fox";

    private static readonly (string, string)[] Often = [("OTEL_BSP_SCHEDULE_DELAY", "50"), ("OTEL_METRIC_EXPORT_INTERVAL", "100")];

    [Fact]
    public async Task Job_is_one_trace_from_the_client_to_each_call()
    {
        await using var collector = await Collector.StartAsync();
        await using var gateway = await StartAsync(collector);
        gateway.Faults.Add(new FaultRule { Account = "west", Fault = new Fault { Status = 500 } });

        using var response = await GenerateAsync(gateway);
        var id = response.Header("x-request-id")!;
        await Until.TrueAsync(() => collector.Spans.Any(span => span.Name == "job" && span.Tags["imagegateway.request.id"] == id), "the job's span");

        var trace = collector.Spans.Where(span => span.Trace == ClientTrace).ToList();
        var job = trace.Single(span => span.Name == "job");
        await Until.TrueAsync(() => collector.Spans.Any(span => span.Id == job.Parent && span.Parent == ClientSpan), "the server's span, below the client's");
        Assert.Equal(("imagegateway", false), (job.Service, job.IsError));
        Assert.Equal(
            ("generate_content", "image", "gpt-image-1", "gpt-image-1", "acme", "completed"),
            (job.Tags["gen_ai.operation.name"], job.Tags["gen_ai.output.type"], job.Tags["gen_ai.request.model"], job.Tags["gen_ai.response.model"], job.Tags["imagegateway.tenant"], job.Tags["imagegateway.outcome"]));
        var below = trace.Where(span => span.Parent == job.Id).ToList();
        Assert.Equal(["generate_content gpt-image-1", "generate_content gpt-image-1", "plan", "replay", "reserve"], below.Select(span => span.Name).Order());
        var (failed, succeeded) = (below.Single(span => span.IsError), below.Single(span => !span.IsError && span.Tags.ContainsKey("imagegateway.target")));
        Assert.Equal(("west/gpt-image-1", "500"), (failed.Tags["imagegateway.target"], failed.Tags["http.response.status_code"]));
        Assert.Equal(
            ("east/gpt-image-1", "200", "openai", "gpt-image-1", "2"),
            (succeeded.Tags["imagegateway.target"], succeeded.Tags["http.response.status_code"], succeeded.Tags["gen_ai.provider.name"], succeeded.Tags["gen_ai.response.model"], succeeded.Tags["imagegateway.attempt"]));
        Assert.True(int.Parse(succeeded.Tags["gen_ai.usage.output_tokens"]) > 0);
        Assert.True(int.Parse(succeeded.Tags["gen_ai.usage.input_tokens"]) > 0);
        Assert.All(collector.Spans, span => Assert.DoesNotContain(span.Tags.Values.Append(span.Name), text => text.Contains(Secret, StringComparison.Ordinal) || text.Contains(Keys.Acme, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Trace_goes_to_the_provider_only_where_its_options_say_so()
    {
        await using var collector = await Collector.StartAsync();
        await using var gateway = await StartAsync(collector);
        gateway.Faults.Add(new FaultRule { Account = "west", Fault = new Fault { Status = 500 } });

        using var response = await GenerateAsync(gateway);
        await Until.TrueAsync(() => collector.Spans.Any(span => span.Tags.GetValueOrDefault("imagegateway.target") == "east/gpt-image-1" && span.Tags.ContainsKey("imagegateway.attempt")), "the call's span");

        var (west, east) = (gateway.Log.Calls.Single(call => call.Account == "west"), gateway.Log.Calls.Single(call => call.Account == "east"));
        var call = collector.Spans.Single(span => span.Tags.GetValueOrDefault("imagegateway.target") == "east/gpt-image-1" && span.Tags.ContainsKey("imagegateway.attempt"));
        Assert.Equal($"00-{ClientTrace}-{call.Id}-01", east.Headers["traceparent"]);
        Assert.DoesNotContain("traceparent", west.Headers.Keys);
        Assert.DoesNotContain("baggage", east.Headers.Keys);
    }

    [Fact]
    public async Task Without_a_collector_the_clients_trace_passes_as_it_is()
    {
        await using var gateway = await MeteredGateway.StartAsync();
        gateway.Faults.Add(new FaultRule { Account = "west", Fault = new Fault { Status = 500 } });

        using var response = await GenerateAsync(gateway);

        Assert.Equal($"00-{ClientTrace}-{ClientSpan}-01", gateway.Log.Calls.Single(call => call.Account == "east").Headers["traceparent"]);
        Assert.DoesNotContain("traceparent", gateway.Log.Calls.Single(call => call.Account == "west").Headers.Keys);
    }

    [Fact]
    public async Task Every_request_has_a_span_by_its_method_and_route_with_its_id()
    {
        await using var collector = await Collector.StartAsync();
        await using var gateway = await StartAsync(collector);

        using var made = await GenerateAsync(gateway);
        using var broken = await gateway.GenerateAsync(prompt: "\"");
        using var keyless = await gateway.GenerateAsync(key: "igw_nobody");
        using var nowhere = await gateway.Http.GetAsync("/nowhere?key=in-a-query");
        foreach (var target in (string[])["west", "east"])
            await gateway.AdminAsync($"/admin/v1/targets/{target}/gpt-image-1/drain");
        using var refused = await gateway.GenerateAsync();

        await CheckAsync(made, "POST /v1/images/generations", "200");
        await CheckAsync(broken, "POST /v1/images/generations", "400");
        await CheckAsync(keyless, "POST", "401");
        await CheckAsync(nowhere, "GET", "404");
        await CheckAsync(refused, "POST /v1/images/generations", "503");
        Assert.DoesNotContain(collector.Spans, span => span.Tags.Values.Any(text => text.Contains("in-a-query", StringComparison.Ordinal)));

        async Task CheckAsync(HttpResponseMessage response, string name, string status)
        {
            ReceivedSpan? span = null;
            await Until.TrueAsync(() => (span = collector.Spans.FirstOrDefault(span => span.Tags.ContainsKey("http.request.method") && span.Tags.GetValueOrDefault("imagegateway.request.id") == response.Header("x-request-id"))) is not null, name);
            var (method, route) = (name.Split(' ')[0], name.Split(' ').ElementAtOrDefault(1));
            Assert.Equal((name, method, route, status, status == "503"), (span!.Name, span.Tags["http.request.method"], span.Tags.GetValueOrDefault("http.route"), span.Tags["http.response.status_code"], span.IsError));
        }
    }

    [Fact]
    public async Task Metrics_come_to_the_collector_and_probes_are_not_traced()
    {
        await using var collector = await Collector.StartAsync();
        await using var gateway = await StartAsync(collector);
        using var response = await GenerateAsync(gateway);
        using var metrics = await gateway.Http.GetAsync("/metrics");
        using var live = await gateway.Http.GetAsync("/healthz/live");

        // An export may fall between two instruments of one request: each is waited for.
        foreach (var metric in (string[])["imagegateway.requests", "imagegateway.request.duration", "imagegateway.target.state"])
        {
            await Until.TrueAsync(() => collector.Metrics.Contains(metric), metric);
        }
        await Until.TrueAsync(() => collector.Spans.Any(span => span.Name == "job"), "the job's span");
        Assert.DoesNotContain(collector.Spans, span => span.Name.Contains("/metrics", StringComparison.Ordinal) || span.Name.Contains("/healthz", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/for-all")]
    public async Task Endpoint_of_a_signal_is_used_as_it_is_and_before_the_one_for_all(string path)
    {
        await using var collector = await Collector.StartAsync();
        (string, string)[] all = path.Length == 0 ? [] : [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url + path), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
        await using var gateway = await MeteredGateway.StartAsync(environment:
        [
            .. all, .. Often,
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", collector.Url + Collector.OwnTraces), ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", collector.Url + Collector.OwnMetrics), ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf"),
        ]);

        using var response = await GenerateAsync(gateway);

        await Until.TrueAsync(() => collector.Spans.Any(span => span.Name == "job"), "the job's span");
        await Until.TrueAsync(() => collector.Metrics.Contains("imagegateway.requests"), "the metrics");
        Assert.Equal([Collector.OwnMetrics, Collector.OwnTraces], collector.Paths.Order());
    }

    private static Task<MeteredGateway> StartAsync(Collector collector) => MeteredGateway.StartAsync(
        environment: [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), .. Often]);

    private static async Task<HttpResponseMessage> GenerateAsync(MeteredGateway gateway)
    {
        var response = await gateway.GenerateAsync(Secret, headers: headers =>
        {
            headers.Add("traceparent", $"00-{ClientTrace}-{ClientSpan}-01");
            headers.Add("baggage", "customer=42");
        });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return response;
    }
}
