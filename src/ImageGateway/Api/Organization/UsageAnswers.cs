using System.Text.Json.Serialization;

namespace ImageGateway.Api.Organization;

/// <summary>A page of time buckets in OpenAI's format.</summary>
internal sealed record BucketPage<T>(IReadOnlyList<Bucket<T>> Data, bool HasMore, string? NextPage)
{
    public string Object { get; init; } = "page";
}

/// <summary>Usage within [start, end), in Unix seconds; without results if there was none.</summary>
internal sealed record Bucket<T>(long StartTime, long EndTime, IReadOnlyList<T> Results)
{
    public string Object { get; init; } = "bucket";
}

/// <summary>Images and completed requests. Members that are not grouped by are null; <see cref="More"/> has this gateway's own groupings.</summary>
internal sealed record ImagesResult(long Images, long NumModelRequests, string? Source, string? Size, string? ProjectId, string? UserId, string? ApiKeyId, string? Model)
{
    public string Object { get; init; } = "organization.usage.images.result";

    [JsonExtensionData]
    public Dictionary<string, object?> More { get; init; } = [];
}

/// <summary>Money. <see cref="Quantity"/> counts images if results are grouped by line item.</summary>
internal sealed record CostsResult(Amount Amount, string? LineItem, string? ProjectId, string? ApiKeyId, long? Quantity, string? QuantityUnit)
{
    public string Object { get; init; } = "organization.costs.result";

    [JsonExtensionData]
    public Dictionary<string, object?> More { get; init; } = [];
}

/// <summary>An amount, exact.</summary>
internal sealed record Amount(decimal Value, string Currency);
