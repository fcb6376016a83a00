using System.Text;

namespace ImageGateway.Tests.Fuzzing;

/// <summary>What official clients sent and providers answered, as it stood on the wire: head, empty line, body.</summary>
internal sealed record Seed(string Head, byte[] Body)
{
    private static readonly string Folder = Repository.File("tests", "ImageGateway.Tests", "Fuzzing", "Seeds");

    /// <summary>Requests of the official clients for JavaScript and .NET, and JSON edits.</summary>
    public static IReadOnlyList<Seed> Requests { get; } = Read("Requests");

    /// <summary>Answers of providers, with small pictures.</summary>
    public static IReadOnlyList<Seed> Answers { get; } = Read("Answers");

    /// <summary>The answer of this name.</summary>
    public static Seed Answer(string name) => Of(File.ReadAllBytes(Path.Combine(Folder, "Answers", $"{name}.http")));

    /// <summary>A header's value; null: there is none.</summary>
    public string? this[string name] => Array.Find(Head.Split("\r\n"), line => line.StartsWith($"{name}: ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];

    public bool IsForm => this["Content-Type"]!.StartsWith("multipart/", StringComparison.Ordinal);

    private static Seed[] Read(string kind) => [.. Directory.GetFiles(Path.Combine(Folder, kind), "*.http").Order(StringComparer.Ordinal).Select(file => Of(File.ReadAllBytes(file)))];

    private static Seed Of(byte[] wire)
    {
        var end = wire.AsSpan().IndexOf("\r\n\r\n"u8);
        return new Seed(Encoding.Latin1.GetString(wire, 0, end), wire[(end + 4)..]);
    }
}
