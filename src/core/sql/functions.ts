/** Functions that make one value of many rows, in the spellings of every dialect. */
const aggregates: ReadonlySet<string> = new Set(
  `any_value any approx_count_distinct approx_distinct approx_percentile approx_quantile approx_quantiles approx_top_count
   approx_top_k approx_top_sum arbitrary arg_max arg_min array_agg array_concat_agg array_unique_agg avg bit_and bit_or bit_xor
   bitand_agg bitor_agg bitxor_agg bitwise_and_agg bitwise_or_agg bitwise_xor_agg bool_and bool_or booland_agg boolor_agg
   collect_list collect_set corr count count_big count_if countif covar_pop covar_samp every first geometric_mean
   group_concat hll hll_accumulate hll_combine histogram json_agg json_arrayagg json_array_agg json_group_array
   json_group_object json_object_agg json_objectagg jsonb_agg jsonb_object_agg kurtosis last list listagg list_agg logical_and
   logical_or map_agg max max_by mean median min min_by mode object_agg percentile percentile_approx percentile_cont
   percentile_disc quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
   regr_sxx regr_sxy regr_syy skewness stddev stddev_pop stddev_samp stdev stdevp string_agg sum sum_if sumif total uniq
   uniqexact groupuniqarray grouparray argmax argmin anylast var var_pop var_samp varp variance variance_pop variance_samp
   xmlagg`
    .split(/\s+/)
    .filter((name) => name !== ''),
);

/** Whether `name` (lower case) makes one value of many rows. */
export function isAggregate(name: string): boolean {
  return aggregates.has(name);
}
