using ImageGateway.Configuration;

namespace ImageGateway.Catalog;

/// <summary>The catalogue words that the gateway knows; any other would have no effect, or disable what it was meant to allow.</summary>
internal static class ModelWords
{
    /// <summary>Parameters that can be dropped without changing the meaning.</summary>
    public static readonly string[] Takes = ["style", "moderation", "user", "output_compression"];

    private static readonly string[] Backgrounds = ["auto", "opaque", "transparent"];
    private static readonly string[] Formats = ["png", "jpeg", "webp", "gif", "svg"];
    private static readonly string[] Fidelities = ["low", "high"];
    private static readonly string[] ResponseFormats = ["b64_json", "url"];

    /// <summary>Reports each unknown word of an entry.</summary>
    public static void Check(ModelEntry entry, Mistakes mistakes)
    {
        Check(entry.Backgrounds, Backgrounds, nameof(entry.Backgrounds), mistakes);
        Check(entry.Formats, Formats, nameof(entry.Formats), mistakes);
        Check(entry.Fidelities, Fidelities, nameof(entry.Fidelities), mistakes);
        Check(entry.ResponseFormats, ResponseFormats, nameof(entry.ResponseFormats), mistakes);
        Check(entry.Takes, Takes, nameof(entry.Takes), mistakes);
    }

    private static void Check(string[] words, string[] known, string option, Mistakes mistakes)
    {
        foreach (var word in words.Where(word => !known.Contains(word)))
            mistakes.Add(option, $"'{word}' is not one of {string.Join(", ", known)}");
    }
}
