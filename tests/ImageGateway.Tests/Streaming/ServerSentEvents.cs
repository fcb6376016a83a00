using System.Text;

namespace ImageGateway.Tests.Streaming;

/// <summary>An event as a browser dispatches it; <see cref="Name"/> is empty when no line names it.</summary>
internal sealed record ServerSentEvent(string Name, string Data);

/// <summary>A plain reading of the HTML Living Standard §9.2.6, one character at a time.</summary>
internal static class ServerSentEvents
{
    public static List<ServerSentEvent> Parse(ReadOnlySpan<byte> body)
    {
        var events = new List<ServerSentEvent>();
        var (name, data) = ("", new StringBuilder());
        foreach (var line in Lines(Encoding.UTF8.GetString(body).TrimStart('\uFEFF')))
        {
            if (line.Length == 0)
            {
                if (data.Length > 0)
                    events.Add(new ServerSentEvent(name, data.ToString(0, data.Length - 1)));
                (name, data) = ("", new StringBuilder());
                continue;
            }
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var field = colon < 0 ? line : line[..colon];
            var value = colon < 0 ? "" : line[(colon + 1)..];
            if (value.StartsWith(' '))
                value = value[1..];
            if (field == "event")
                name = value;
            else if (field == "data")
                data.Append(value).Append('\n');
        }
        // Lines behind the last empty one are an unfinished event, which is dropped.
        return events;
    }

    /// <summary>The whole lines; what follows the last line end is none.</summary>
    private static IEnumerable<string> Lines(string text)
    {
        var line = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('\r' or '\n'))
            {
                line.Append(text[i]);
                continue;
            }
            if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                i++;
            yield return line.ToString();
            line.Clear();
        }
    }
}
