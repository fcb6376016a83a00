using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ImageGateway.Simulator.Faults;

/// <summary>A fault of a call. Delays combine with everything else.</summary>
public sealed record Fault
{
    /// <summary>Respond with this HTTP status.</summary>
    public int? Status { get; init; }

    /// <summary>More response headers, e.g. <c>retry-after</c>.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Body of that status: JSON, or a string sent as it is. Absent: the provider's own error.</summary>
    public JsonNode? Body { get; init; }

    /// <summary>Wait, in milliseconds, before the response starts.</summary>
    [JsonPropertyName("delay_ms")]
    public int DelayMilliseconds { get; init; }

    /// <summary>Wait, in milliseconds, before every event.</summary>
    [JsonPropertyName("event_delay_ms")]
    public int EventDelayMilliseconds { get; init; }

    /// <summary>Do not respond until the faults are deleted; end when the client disconnects.</summary>
    public bool Hang { get; init; }

    /// <summary>Stop after so many events, until the faults are deleted.</summary>
    public int? HangAfterEvents { get; init; }

    /// <summary>Pause after so many bytes of the body.</summary>
    public int? PauseAfterBytes { get; init; }

    /// <summary>For how long, in milliseconds. Absent: until the faults are deleted.</summary>
    [JsonPropertyName("pause_ms")]
    public int? PauseMilliseconds { get; init; }

    /// <summary>Close the connection after so many bytes of the body.</summary>
    public int? CutAfterBytes { get; init; }

    /// <summary>Close the connection after so many events.</summary>
    public int? CutAfterEvents { get; init; }

    /// <summary><c>true</c>, or the error's code: an error body under status 200.</summary>
    [JsonPropertyName("error_in_200")]
    public JsonNode? ErrorIn200 { get; init; }

    /// <summary>Abort the connection before the first byte.</summary>
    public bool Reset { get; init; }

    /// <summary>Respond with an HTML page, like a proxy in between; status 502 by default.</summary>
    public bool Html { get; init; }

    internal bool Hangs => Hang || HangAfterEvents is not null || (PauseAfterBytes is not null && PauseMilliseconds is null);

    /// <summary>Completes when the hanging call may continue.</summary>
    [JsonIgnore]
    internal Task Released { get; init; } = Task.CompletedTask;
}

/// <summary>Which calls get a fault; null matches all.</summary>
public sealed record FaultRule
{
    /// <summary>Account of the path.</summary>
    public string? Account { get; init; }

    /// <summary>Model or deployment.</summary>
    public string? Model { get; init; }

    /// <summary><c>generation</c>, <c>edit</c> or <c>variation</c>.</summary>
    public Calls.ImageOperation? Operation { get; init; }

    /// <summary>The key as sent.</summary>
    public string? Key { get; init; }

    /// <summary>How many calls; null: all.</summary>
    public int? Times { get; init; }

    /// <summary>The fault.</summary>
    public required Fault Fault { get; init; }

    internal bool Matches(Calls.Call call) =>
        (Account is null || Account == call.Account)
        && (Model is null || Model == call.Model || Model == call.Deployment)
        && (Operation is null || Operation == call.Operation)
        && (Key is null || Key == call.Key);
}
