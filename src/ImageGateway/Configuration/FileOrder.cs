using System.Text.Json;

namespace ImageGateway.Configuration;

/// <summary>
/// What the framework loses of a configuration file: the order of names (it sorts keys alphabetically, but the order in which a
/// user lists providers is intended), and which values are lists.
/// </summary>
internal sealed class FileOrder
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly Dictionary<string, int> _places = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _lists = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the order of a file.</summary>
    /// <param name="path">A JSON file that the configuration was read from.</param>
    /// <exception cref="ConfigurationException">The file has changed since and is not JSON any more.</exception>
    public FileOrder(string path)
    {
        try
        {
            // As text, like the framework: a file may start with a byte order mark, and invalid bytes are replaced.
            using var document = JsonDocument.Parse(File.ReadAllText(path), Lenient);
            Visit("", document.RootElement);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new ConfigurationException([$"--config: {path}: {e.Message}"]);
        }
    }

    /// <summary>The entries at a key path in the file's order; entries only in the environment or switches come last.</summary>
    public Dictionary<string, T> Sort<T>(string path, Dictionary<string, T> entries) =>
        entries.OrderBy(entry => _places.GetValueOrDefault($"{path}:{entry.Key}", int.MaxValue)).ToDictionary(entry => entry.Key, entry => entry.Value);

    /// <summary>The names directly below a key path in the file; empty path: at its root.</summary>
    public IEnumerable<string> Below(string path) =>
        _places.Keys.Where(place => path.Length == 0 || place.StartsWith($"{path}:", StringComparison.OrdinalIgnoreCase))
            .Select(place => place[(path.Length == 0 ? 0 : path.Length + 1)..].Split(':')[0]).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>True when the file has a list with entries at the key path; the framework's keys do not tell it from an object with the names 0, 1, ….</summary>
    public bool IsList(string path) => _lists.Contains(path);

    private void Visit(string path, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array && element.GetArrayLength() > 0)
            VisitList(path, element);
        if (element.ValueKind != JsonValueKind.Object)
            return;
        foreach (var member in element.EnumerateObject())
        {
            var child = path.Length == 0 ? member.Name : $"{path}:{member.Name}";
            _places.TryAdd(child, _places.Count);
            Visit(child, member.Value);
        }
    }

    private void VisitList(string path, JsonElement list)
    {
        _lists.Add(path);
        for (var i = 0; i < list.GetArrayLength(); i++)
            Visit($"{path}:{i}", list[i]);
    }
}
