using System.Text;

namespace ImageGateway.Tests.Streaming;

/// <summary>Draws server-sent event streams with everything the standard allows.</summary>
internal static class EventStreams
{
    private static readonly string[] Types =
        ["image_generation.partial_image", "image_generation.completed", "image_edit.partial_image", "image_edit.completed", "error", "ping", ""];

    public static byte[] Draw(Random random)
    {
        var (text, lineEnd) = (new StringBuilder(), "");
        for (var events = random.Next(0, 6); events > 0; events--)
        {
            if (random.Chance(20))
                Line(random.Pick(": comment", ":", ":data: {}", "id: 7", "retry", "retry: 100", "eventdata: x", "data-x: 1", "unknown-and-long: y", "event"));
            if (random.Chance(60))
                Field("event", random.Pick(Types));
            if (random.Chance(85))
                Data();
            if (random.Chance(20))
                Field("event", random.Pick(Types));
            Line("");
        }
        return Encoding.UTF8.GetBytes(text.ToString());

        void Data()
        {
            var json = random.Chance(10)
                ? random.Pick("[DONE]", "", "keep-alive")
                : new JsonAnswers(random).Draw(random.Chance(60) ? random.Pick(Types) : null);
            foreach (var line in json.Split(['\n', '\r']))
            {
                Field("data", line);
                if (random.Chance(5))
                    Line(": between");
            }
        }

        void Field(string name, string value) => Line(value.Length == 0 && random.Chance(30) ? name : $"{name}:{(random.Chance(70) ? " " : "")}{value}");

        void Line(string line)
        {
            // An empty line behind CR that ends with LF would be no line at all.
            lineEnd = line.Length == 0 && lineEnd == "\r" ? "\r" : random.Pick("\n", "\n", "\r", "\r\n");
            text.Append(line).Append(lineEnd);
        }
    }
}
