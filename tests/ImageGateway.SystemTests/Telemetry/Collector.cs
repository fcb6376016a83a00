using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ImageGateway.SystemTests.Telemetry;

/// <summary>A span as OTLP brings it.</summary>
internal sealed record ReceivedSpan(string Trace, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Tags, bool IsError, string Service);

/// <summary>A small OpenTelemetry collector: takes OTLP over HTTP and keeps spans and the names of metrics.</summary>
internal sealed class Collector : IAsyncDisposable
{
    /// <summary>The paths for those who are told one for each signal.</summary>
    public const string OwnTraces = "/own/traces";

    public const string OwnMetrics = "/own/metrics";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentDictionary<string, string> _metrics = new();
    private readonly ConcurrentDictionary<string, string> _paths = new();

    private Collector(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    public ICollection<string> Metrics => _metrics.Keys;

    /// <summary>The paths that were asked for.</summary>
    public ICollection<string> Paths => _paths.Keys;

    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var collector = new Collector(builder.Build());
        collector._app.Run(collector.TakeAsync);
        await collector._app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        _paths[http.Request.Path] = "";
        if (http.Request.Path == "/v1/traces" || http.Request.Path == OwnTraces)
            TakeSpans(body.ToArray());
        else if (http.Request.Path == "/v1/metrics" || http.Request.Path == OwnMetrics)
            TakeMetrics(body.ToArray());
        else
            http.Response.StatusCode = 404;
    }

    private void TakeSpans(ReadOnlyMemory<byte> message)
    {
        foreach (var resource in Protobuf.At(message, 1))
        {
            var service = Tags(Protobuf.At(resource, 1, 1))["service.name"];
            foreach (var span in Protobuf.At(resource, 2, 2))
                _spans.Enqueue(Span(span, service));
        }
    }

    private static ReceivedSpan Span(ReadOnlyMemory<byte> span, string service)
    {
        var fields = Protobuf.Read(span).ToLookup(field => field.Number);
        var isError = Protobuf.At(span, 15).Any(status => Protobuf.Read(status).Exists(field => field is { Number: 3, Value: 2 }));
        return new ReceivedSpan(Hex(fields[1]), Hex(fields[2]), Hex(fields[4]), fields[5].Single().Text, Tags(Protobuf.At(span, 9)), isError, service);
    }

    private void TakeMetrics(ReadOnlyMemory<byte> message)
    {
        foreach (var metric in Protobuf.At(message, 1, 2, 2))
            _metrics[Protobuf.Read(metric).First(field => field.Number == 1).Text] = "";
    }

    private static Dictionary<string, string> Tags(IEnumerable<ReadOnlyMemory<byte>> attributes) => attributes
        .Select(attribute => Protobuf.Read(attribute).ToLookup(field => field.Number))
        .ToDictionary(attribute => attribute[1].Single().Text, attribute => Value(Protobuf.Read(attribute[2].Single().Bytes).Single()));

    private static string Value(ProtoField value) => value.Number switch
    {
        1 => value.Text,
        2 => value.Value == 0 ? "false" : "true",
        3 => value.Value.ToString(CultureInfo.InvariantCulture),
        4 => BitConverter.UInt64BitsToDouble(value.Value).ToString(CultureInfo.InvariantCulture),
        _ => throw new FormatException($"a value of kind {value.Number}"),
    };

    private static string Hex(IEnumerable<ProtoField> fields) => Convert.ToHexStringLower(fields.SingleOrDefault().Bytes.Span);
}
