using System.Text.Json;
using Microsoft.Extensions.Configuration.Json;

namespace ImageGateway.Configuration;

/// <summary>
/// Configuration values with an index of each key's children. The framework's own providers scan all keys for each key's
/// children: a thousand tenants took ten seconds, three thousand a minute.
/// </summary>
internal sealed class IndexedValues : ConfigurationProvider, IConfigurationSource
{
    private readonly Dictionary<string, HashSet<string>> _children = new(StringComparer.OrdinalIgnoreCase);

    public IndexedValues(IEnumerable<KeyValuePair<string, string?>> values)
    {
        foreach (var (key, value) in values)
            Set(key, value);
    }

    /// <summary>The values of a JSON file, except keys that are replaced.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied, or it is a folder.</exception>
    /// <exception cref="InvalidDataException">It is not a JSON object.</exception>
    public static IndexedValues OfFile(string path, Func<string, bool>? isReplaced = null)
    {
        using var stream = File.OpenRead(path);
        try
        {
            return new IndexedValues(new JsonValues(stream).Read().Where(entry => isReplaced?.Invoke(entry.Key) != true));
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    /// <summary>The values of a configuration, without keys that only have children.</summary>
    public static IndexedValues Of(IConfigurationRoot configuration) =>
        new(configuration.AsEnumerable().Where(entry => entry.Value is not null || configuration.Providers.Any(provider => provider.TryGet(entry.Key, out _))));

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override void Set(string key, string? value)
    {
        base.Set(key, value);
        for (var path = key; path.Length > 0;)
        {
            var colon = path.LastIndexOf(':');
            var (parent, child) = colon < 0 ? ("", path) : (path[..colon], path[(colon + 1)..]);
            if (!_children.TryGetValue(parent, out var children))
                _children.Add(parent, children = new HashSet<string>(StringComparer.OrdinalIgnoreCase));
            if (!children.Add(child))
                return;
            path = parent;
        }
    }

    /// <summary>The children of a key, with those of earlier providers, in the framework's order.</summary>
    public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath)
    {
        List<string> keys = [.. earlierKeys, .. _children.GetValueOrDefault(parentPath ?? "") ?? []];
        keys.Sort(ConfigurationKeyComparer.Instance);
        return keys;
    }

    private sealed class JsonValues(Stream json) : JsonStreamConfigurationProvider(new JsonStreamConfigurationSource { Stream = json })
    {
        public IDictionary<string, string?> Read()
        {
            Load();
            return Data;
        }
    }
}
