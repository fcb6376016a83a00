using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImageGateway.Configuration;

namespace ImageGateway.Catalog;

/// <summary>The models that the gateway knows and the version of their price book. Immutable.</summary>
internal sealed record Catalogue(string Version, FrozenDictionary<string, Model> Models)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Reads and validates a catalogue; null when <paramref name="mistakes"/> were reported.</summary>
    public static Catalogue? Load(string path, Mistakes mistakes)
    {
        var before = mistakes.All.Count;
        if (Read(path, mistakes) is not { } file)
            return null;
        var entries = mistakes.At("Models");
        var models = new List<Model>();
        foreach (var (name, entry) in file.Models)
        {
            if (entry is null)
                entries.At(name).AddHere("is null");
            else if (entry.ToModel(name, entries.At(name)) is { } model)
                models.Add(model);
            CheckSuccessors(name, file.Models, entries.At(name));
        }
        return mistakes.All.Count == before ? new Catalogue(file.Version, models.ToFrozenDictionary(model => model.Name)) : null;
    }

    private static CatalogueFile? Read(string path, Mistakes mistakes)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (JsonSerializer.Deserialize<CatalogueFile>(stream, Json) is { } file)
                return file;
            mistakes.AddHere($"{Path.GetFileName(path)} is empty");
        }
        catch (JsonException e)
        {
            mistakes.AddHere($"{Path.GetFileName(path)} {e.Path}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            mistakes.AddHere($"'{path}' cannot be read");
        }
        return null;
    }

    private static void CheckSuccessors(string model, Dictionary<string, ModelEntry?> models, Mistakes mistakes)
    {
        var seen = new HashSet<string> { model };
        for (var next = models[model]?.Successor; next is not null; next = models[next]?.Successor)
        {
            var known = models.ContainsKey(next);
            mistakes.Unless(known, nameof(Model.Successor), $"there is no model '{next}'");
            if (!known)
                return;
            if (!seen.Add(next))
            {
                mistakes.Add(nameof(Model.Successor), $"a cycle through '{next}'");
                return;
            }
        }
    }
}
