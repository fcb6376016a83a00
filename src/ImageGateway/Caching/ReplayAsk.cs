using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>The data of a job that its replay depends on.</summary>
/// <param name="Record">The job and its record.</param>
/// <param name="Rule">How its response is cached; null: not at all.</param>
/// <param name="Models">The models that may generate it, best first.</param>
/// <param name="Body">The digest of its body.</param>
/// <param name="IsSimulated">True for the name of a simulated target.</param>
internal sealed record ReplayAsk(JobRecord Record, CacheRule? Rule, IReadOnlyList<DrawingModel> Models, Lazy<string> Body, Func<string, bool> IsSimulated)
{
    /// <summary>
    /// True when its response must be stored before the client gets its end, since a client that has all of it may repeat the
    /// request.
    /// </summary>
    public bool EndsWhenKept { get; set; }

    /// <summary>The partition in which its response is cached.</summary>
    public Partition Partition => new(Rule!.IsShared ? Partition.Shared : Record.Caller.Owner, Partition.Cache, Rule.MaxBytes);

    /// <summary>The model with this name; null: it must not generate this job.</summary>
    public DrawingModel? Model(string name)
    {
        foreach (var model in Models)
        {
            if (model.Name == name)
                return model;
        }
        return null;
    }

    /// <summary>The cache key of a response to this job; null: it is incomplete, or has only a URL.</summary>
    public string? KeyOf(StoredAnswer answer) => Model(answer.Model) is { } model && !answer.HasAddresses && answer.Pictures.Count >= model.Count ? model.Key.Value : null;

    /// <summary>True when a response with this key may answer this job.</summary>
    public bool Takes(string? key)
    {
        foreach (var model in Models)
        {
            if (model.Key.Value == key)
                return true;
        }
        return false;
    }
}

/// <summary>A model that may generate a job.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Count">How many images are requested from it.</param>
/// <param name="Key">The digest of what decides the image there.</param>
/// <param name="Adjusted">The parameters that are sent differently, as a header; null: none.</param>
internal sealed record DrawingModel(string Name, int Count, Lazy<string> Key, Lazy<string?> Adjusted);
