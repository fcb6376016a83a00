using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace ImageGateway.Configuration;

/// <summary>
/// Checks a configuration against the options' types before it is bound: an unknown option, or a value of the wrong type, is a
/// mistake with its key path. The binder would ignore the former and stop at the first of the latter.
/// </summary>
internal sealed class OptionsCheck
{
    private readonly HashSet<string> _dropped = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _nulls = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string?> _items = new(StringComparer.OrdinalIgnoreCase);
    private readonly NullabilityInfoContext _nullability = new();

    private readonly Predicate<string> _isList;

    private OptionsCheck(Predicate<string> isList) => _isList = isList;

    /// <summary>
    /// Checks everything below <paramref name="section"/>. Returns the section without invalid values, so that the rest can be
    /// bound and checked too, and without null, [] and {} where they mean nothing: the binder would replace a default with
    /// null.
    /// </summary>
    /// <param name="section">The section.</param>
    /// <param name="type">The type of its options.</param>
    /// <param name="mistakes">Where mistakes are reported.</param>
    /// <param name="isList">Whether the file has a list at a key path; null: not known.</param>
    public static IConfigurationSection Run(IConfigurationSection section, Type type, Mistakes mistakes, Predicate<string>? isList = null)
    {
        var check = new OptionsCheck(isList ?? (_ => false));
        check.Members(section, type, mistakes);
        // Objects and lists appear with the value null, which the binder would use.
        var fit = section.AsEnumerable().Where(entry => entry.Value is null ? check._nulls.Contains(entry.Key) : !check._dropped.Contains(entry.Key));
        return new ConfigurationBuilder().Add(new IndexedValues(check.WithItems([.. fit]))).Build().GetSection(section.Path);
    }

    // An entry with no values left is still an entry; by itself it is all defaults.
    private List<KeyValuePair<string, string?>> WithItems(List<KeyValuePair<string, string?>> fit)
    {
        var parents = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (path, _) in fit)
        {
            for (var colon = path.LastIndexOf(':'); colon > 0 && parents.Add(path[..colon]); colon = path.LastIndexOf(':', colon - 1))
                continue;
        }
        fit.AddRange(_items.Where(item => !parents.Contains(item.Key)));
        return fit;
    }

    private void Members(IConfigurationSection section, Type owner, Mistakes mistakes)
    {
        foreach (var child in section.GetChildren())
        {
            var property = owner.GetProperty(child.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            if (property is not null)
                Value(child, property.PropertyType, mistakes.At(child.Key), property);
            else
                mistakes.Add(child.Key, $"there is no such option here; the options are {string.Join(", ", Names(owner))}");
        }
    }

    private void Value(IConfigurationSection section, Type type, Mistakes here, PropertyInfo? property)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var children = section.GetChildren().ToList();
        if (children.Count > 0 && !string.IsNullOrEmpty(section.Value))
            NoValue(section, here, "is set both as a single text and, elsewhere, by keys below it; use one of the two");
        else if (children.Count == 0)
            Scalar(section, type, here, property);
        else if (IsByName(type) && _isList(section.Path))
            NoValue(section, here, "must be an object with a name for each entry, not a list");
        else if (ItemType(type) is { } item)
            children.ForEach(child => Value(child, item, here.At(child.Key), property: null));
        else if (type.IsClass && type != typeof(string))
            Item(section, type, here, property);
        else
            NoValue(section, here, "must be a single value");
    }

    // The binder would look for a constructor for the string or number.
    private void NoValue(IConfigurationSection section, Mistakes here, string message)
    {
        here.AddHere(message);
        _dropped.UnionWith(section.AsEnumerable().Select(entry => entry.Key));
    }

    private void Item(IConfigurationSection section, Type type, Mistakes here, PropertyInfo? property)
    {
        if (property is null)
            _items[section.Path] = TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string)) ? "" : null;
        Members(section, type, here);
    }

    private void Scalar(IConfigurationSection section, Type type, Mistakes here, PropertyInfo? property)
    {
        var converter = TypeDescriptor.GetConverter(type);
        var isScalar = converter.CanConvertFrom(typeof(string));
        if (string.IsNullOrEmpty(section.Value))
        {
            Empty(section, type, isScalar, here, property);
            return;
        }
        // A single string counts as a list of it, which is convenient in environment variables.
        if (type == typeof(List<string>))
        {
            _dropped.Add(section.Path);
            _items[$"{section.Path}:0"] = section.Value;
            return;
        }
        if (isScalar && Converts(converter, type, section.Value))
            return;
        _dropped.Add(section.Path);
        here.AddHere(isScalar ? $"'{section.Value}' is not {Expected(type)}" : ItemType(type) is null ? "must be an object" : "must be a list or an object");
    }

    // null, [], {} and "" count as absent, except for an option that allows null or an empty string, and an entry that is all
    // defaults.
    private void Empty(IConfigurationSection section, Type type, bool isScalar, Mistakes here, PropertyInfo? property)
    {
        var isText = property?.PropertyType == typeof(string);
        if (property is null && isScalar)
        {
            here.AddHere(Mistakes.Empty);
            if (type.IsClass)
                _items[section.Path] = ""; // keeps its place: mistakes of a list's later entries are told by their number
        }
        else if (section.Value is not null && property?.GetCustomAttribute<MinLengthAttribute>() is not null)
            here.AddHere("is empty: list at least one, or leave it out, which means all");
        else if (section.Value is null && (property is null || _nullability.Create(property).WriteState == NullabilityState.Nullable))
            _nulls.Add(section.Path);
        else if (section.Value is not null && isText)
            return;
        _dropped.Add(section.Path);
    }

    private static bool Converts(TypeConverter converter, Type type, string value)
    {
        // The converter would also accept numbers and lists of names.
        if (type.IsEnum)
            return Enum.GetNames(type).Contains(value, StringComparer.OrdinalIgnoreCase);
        // A plain number would mean days, where seconds were intended, and 24:00:00 for 24 of them.
        if (type == typeof(TimeSpan))
            return value == "0" || (value.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParseExact(value, "c", CultureInfo.InvariantCulture, out _));
        try
        {
            return converter.ConvertFromInvariantString(value) is not null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    private static string Expected(Type type) =>
        type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type).Select(name => name.ToLowerInvariant()))}"
        : type == typeof(TimeSpan) ? "a time span, as in 00:05:00 or, for a day, 1.00:00:00"
        : type == typeof(bool) ? "true or false"
        : "a number";

    private static bool IsByName(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>);

    private static Type? ItemType(Type type) =>
        !type.IsGenericType ? null
        : type.GetGenericTypeDefinition() == typeof(List<>) ? type.GetGenericArguments()[0]
        : IsByName(type) ? type.GetGenericArguments()[1]
        : null;

    private static IEnumerable<string> Names(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name).Order();
}
