namespace ImageGateway.Tests.Databases;

/// <summary>Tests that wait for a real server at most as long as the gateway does: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit calls it a collection.")]
public sealed class RedisCollection
{
    public const string Name = "redis";
}
