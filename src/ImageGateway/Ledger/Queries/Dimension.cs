using System.Collections.Frozen;
using ImageGateway.Images;

namespace ImageGateway.Ledger.Queries;

/// <summary>A dimension by which totals can be grouped and filtered.</summary>
/// <param name="Name">Its name in a query; <c>tag:NAME</c> for a tag.</param>
/// <param name="Sum">Its column in the tables of totals; null when they lack it.</param>
/// <param name="Entry">Its expression over the table of entries, '' for no value; null for a tag.</param>
internal sealed record Dimension(string Name, string? Sum, string? Entry)
{
    private const string TagPrefix = "tag:";

    public static readonly Dimension Tenant = new("tenant", "tenant", "tenant");
    public static readonly Dimension Project = new("project", "project", "project");
    public static readonly Dimension Key = new("key", "key_id", "key_id");
    public static readonly Dimension User = new("user", "end_user", "COALESCE(end_user, '')");
    public static readonly Dimension Model = new("model", "model", "COALESCE(served_model, '')");
    public static readonly Dimension Target = new("target", "target", "COALESCE(target, '')");
    public static readonly Dimension Size = new("size", "size", "COALESCE(size, '')");
    public static readonly Dimension Quality = new("quality", "quality", "COALESCE(quality, '')");
    public static readonly Dimension Operation = new("operation", "operation", "operation");

    /// <summary>All dimensions except tags, by name.</summary>
    public static FrozenDictionary<string, Dimension> All { get; } =
        new[] { Tenant, Project, Key, User, Model, Target, Size, Quality, Operation }.ToFrozenDictionary(dimension => dimension.Name);

    /// <summary>The tag's name; null when it is not a tag.</summary>
    public string? TagName => Sum is null ? Name[TagPrefix.Length..] : null;

    /// <summary>True when the daily totals with fewer keys have it, which have far fewer rows.</summary>
    public bool IsInTotals => this == Tenant || this == Project || this == Model;

    /// <summary>The dimension with this name; null when there is none.</summary>
    public static Dimension? Find(string name)
    {
        if (All.TryGetValue(name, out var dimension))
            return dimension;
        // A tag's name needs no escape in a JSON path.
        return name.StartsWith(TagPrefix, StringComparison.Ordinal) && ImageJob.IsTag(name[TagPrefix.Length..]) ? new Dimension(name, null, null) : null;
    }
}
