using ImageGateway.Api.Reading;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Api.Organization;

/// <summary>The filters of a request; those that usage and costs share are read together.</summary>
internal sealed class SumFilters
{
    private readonly QueryReader _query;
    private readonly List<SumFilter> _filters = [];

    public SumFilters(QueryReader query)
    {
        _query = query;
        // A project's id is tenant/project; an id without a slash matches nothing.
        var projects = query.Many("project_ids").Select(id => id.Split('/', 2)).Select(id =>
            new[] { (Dimension.Tenant, id[0]), (Dimension.Project, id.Length > 1 ? id[1] : "") }).ToList();
        if (projects.Count > 0)
            _filters.Add(new SumFilter(projects));
        Add("api_key_ids", Dimension.Key);
    }

    public IReadOnlyList<SumFilter> All => _filters;

    public void Add(string name, Dimension dimension) => Add(_query.Many(name), dimension);

    public void Add(IEnumerable<string> values, Dimension dimension)
    {
        var all = values.ToList();
        if (all.Count > 0)
            _filters.Add(SumFilter.Of(dimension, all));
    }
}
