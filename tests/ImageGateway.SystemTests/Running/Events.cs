using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageGateway.SystemTests.Running;

/// <summary>One server-sent event, its data parsed.</summary>
internal sealed record Event(string Name, JsonObject Data)
{
    /// <summary>What the event's data says it is.</summary>
    public string? Type => (string?)Data["type"];

    /// <summary>All events up to the end of the body; each must carry JSON.</summary>
    public static async Task<IReadOnlyList<Event>> ReadAllAsync(Stream body)
    {
        var events = new List<Event>();
        await foreach (var item in SseParser.Create(body).EnumerateAsync())
            events.Add(new Event(item.EventType, Parsed(item.Data)));
        return events;
    }

    // Of a member that comes twice the last one counts, as in JavaScript and Python.
    private static JsonObject Parsed(string data)
    {
        using var document = JsonDocument.Parse(data);
        var members = new JsonObject();
        foreach (var member in document.RootElement.EnumerateObject())
            members[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        return members;
    }
}
