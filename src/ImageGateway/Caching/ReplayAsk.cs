using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>What the replay of a job goes by.</summary>
/// <param name="Record">The job, and what happens to it.</param>
/// <param name="Rule">How its answer is cached; null: not at all.</param>
/// <param name="Models">The models that may draw it, best first.</param>
/// <param name="Body">The digest of its body.</param>
/// <param name="IsSimulated">True for the name of a target that is simulated.</param>
internal sealed record ReplayAsk(JobRecord Record, CacheRule? Rule, IReadOnlyList<DrawingModel> Models, Lazy<string> Body, Func<string, bool> IsSimulated)
{
    /// <summary>True when its answer must be kept before the client has the end of it: a client who has it all may ask for it again.</summary>
    public bool EndsWhenKept { get; set; }

    /// <summary>Where its answer is cached, under its key.</summary>
    public Partition Partition => new(Rule!.IsShared ? Partition.Shared : Record.Caller.Tenant, Partition.Cache, Rule.MaxBytes);

    /// <summary>The model of this name; null: it may not draw this job.</summary>
    public DrawingModel? Model(string name)
    {
        foreach (var model in Models)
        {
            if (model.Name == name)
                return model;
        }
        return null;
    }

    /// <summary>What an answer to this job is known by to others; null: it is not whole, or only an address.</summary>
    public string? KeyOf(StoredAnswer answer) => Model(answer.Model) is { } model && !answer.HasAddresses && answer.Pictures.Count >= model.Count ? model.Key.Value : null;

    /// <summary>True when an answer that is known by this may be given to this job.</summary>
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

/// <summary>A model that may draw a job.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Count">How many pictures it is asked for.</param>
/// <param name="Key">The digest of what decides the picture there.</param>
/// <param name="Adjusted">What of the job's parameters is sent differently, as a header; null: nothing.</param>
internal sealed record DrawingModel(string Name, int Count, Lazy<string> Key, Lazy<string?> Adjusted);
