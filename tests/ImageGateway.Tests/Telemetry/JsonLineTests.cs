using System.Text.Json.Nodes;
using ImageGateway.Telemetry;
using Serilog.Events;
using Serilog.Parsing;

namespace ImageGateway.Tests.Telemetry;

public class JsonLineTests
{
    [Theory]
    [InlineData("{Method} {Path} → {Status}", "POST /v1/images → 200")]
    [InlineData("{Method} in {DurationMs:0.00} ms, {Path}", "POST in 1.50 ms, /v1/images")]
    [InlineData("target {Target} of {Missing}", "target null of {Missing}")]
    [InlineData("listens on {Urls}", """listens on ["http://a","http://b"]""")]
    public void Message_reads_as_a_person_would_write_it(string template, string message) =>
        Assert.Equal(message, (string?)Line(template)["Message"]);

    [Fact]
    public void Values_are_properties_of_their_own_kind()
    {
        var line = Line("{Method}");

        Assert.Equal("POST", (string?)line["Properties"]!["Method"]);
        Assert.Equal((200, 1.5), ((int)line["Properties"]!["Status"]!, (double)line["Properties"]!["DurationMs"]!));
        Assert.Equal(("Warning", "2026-11-20T09:30:00.0000000Z"), ((string?)line["Level"], (string?)line["Timestamp"]));
        Assert.StartsWith("System.TimeoutException: too late", (string?)line["Exception"], StringComparison.Ordinal);
    }

    private static JsonNode Line(string template)
    {
        LogEventProperty[] properties =
        [
            Of("Method", "POST"), Of("Path", "/v1/images"), Of("Status", 200), Of("DurationMs", 1.5), Of("Target", null),
            new("Urls", new SequenceValue([new ScalarValue("http://a"), new ScalarValue("http://b")])),
        ];
        var logEvent = new LogEvent(new DateTimeOffset(2026, 11, 20, 10, 30, 0, TimeSpan.FromHours(1)), LogEventLevel.Warning, new TimeoutException("too late"), new MessageTemplateParser().Parse(template), properties);
        using var output = new StringWriter();
        new JsonLine().Format(logEvent, output);
        Assert.EndsWith($"}}{Environment.NewLine}", output.ToString(), StringComparison.Ordinal);
        return JsonNode.Parse(output.ToString())!;
    }

    private static LogEventProperty Of(string name, object? value) => new(name, new ScalarValue(value));
}
