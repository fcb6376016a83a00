using System.Text.Json;

namespace ImageGateway.Configuration;

/// <summary>
/// The order in which a configuration file names things. The framework sorts keys by letter, but who writes one provider
/// before another means it.
/// </summary>
internal sealed class FileOrder
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly Dictionary<string, int> _places = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the order of a file.</summary>
    /// <param name="path">A JSON file that the configuration was read from.</param>
    /// <exception cref="ConfigurationException">It is another by now, which is none.</exception>
    public FileOrder(string path)
    {
        try
        {
            // As text, like the framework: a file may begin with a byte order mark, and bytes that are no text are replaced.
            using var document = JsonDocument.Parse(File.ReadAllText(path), Lenient);
            Visit("", document.RootElement);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new ConfigurationException([$"--config: {path}: {e.Message}"]);
        }
    }

    /// <summary>The entries at a key path in the file's order; what only environment or switches name comes last.</summary>
    public Dictionary<string, T> Sort<T>(string path, Dictionary<string, T> entries) =>
        entries.OrderBy(entry => _places.GetValueOrDefault($"{path}:{entry.Key}", int.MaxValue)).ToDictionary(entry => entry.Key, entry => entry.Value);

    /// <summary>The names that the file has directly below a key path; empty: at its root.</summary>
    public IEnumerable<string> Below(string path) =>
        _places.Keys.Where(place => path.Length == 0 || place.StartsWith($"{path}:", StringComparison.OrdinalIgnoreCase))
            .Select(place => place[(path.Length == 0 ? 0 : path.Length + 1)..].Split(':')[0]).Distinct(StringComparer.OrdinalIgnoreCase);

    private void Visit(string path, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return;
        foreach (var member in element.EnumerateObject())
        {
            var child = path.Length == 0 ? member.Name : $"{path}:{member.Name}";
            _places.TryAdd(child, _places.Count);
            Visit(child, member.Value);
        }
    }
}
